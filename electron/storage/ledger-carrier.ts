// How a call of the ledger reaches whoever answers it, and how the answer or the error comes back: in the process itself, or
// as messages to a thread. Knows no call and no table.

import { type ErrorCode, type ErrorDetails, KeyhatchError } from '../../shared/errors.ts';

// What a set of calls is to those that only carry it.
type Calls = { readonly [name: string]: (input: never) => unknown };
type CallsOf<Set> = { readonly [Name in keyof Set]: (input: never) => unknown };

export type Carrier<Set extends CallsOf<Set>> = {
  /** @throws whatever the call throws, and KeyhatchError `ledger_unavailable` where nobody answers */
  readonly call: <Name extends keyof Set & string>(
    name: Name,
    input: Parameters<Set[Name]>[0],
  ) => Promise<ReturnType<Set[Name]>>;
  /** Lets what was asked be answered, within a deadline. */
  readonly close: () => Promise<void>;
};

/** Calls are answered at once, on the connection that they were made with. */
export function carryHere<Set extends CallsOf<Set>>(calls: Set): Carrier<Set> {
  return {
    call: async (name, input) => calls[name](input as never) as ReturnType<Set[typeof name]>,
    close: async () => {},
  };
}

export type Question = { readonly id: number; readonly name: string; readonly input: unknown };
export type Answer =
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly error: CarriedError };

/** An error as a message carries it: its code, where it has one, and what SQLite said, which clones of errors forget. */
export type CarriedError = {
  readonly error: unknown;
  readonly code: ErrorCode | undefined;
  readonly details: ErrorDetails | undefined;
  readonly errcode: number | undefined;
};

/** Answers a question with the call that it names. Never throws. */
export function answerTo(calls: Calls, { id, name, input }: Question): Answer {
  try {
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (call === undefined) throw new Error(`The ledger has no call ${name}`);
    return { id, output: call(input as never) };
  } catch (error) {
    return { id, error: toCarried(error) };
  }
}

function toCarried(error: unknown): CarriedError {
  const known = error instanceof KeyhatchError ? error : undefined;
  const errcode = error instanceof Error && 'errcode' in error ? error.errcode : undefined;
  return {
    error: known ? undefined : error,
    code: known?.code,
    details: known?.details,
    errcode: typeof errcode === 'number' ? errcode : undefined,
  };
}

/** The error as it was before it was carried. */
export function fromCarried({ error, code, details, errcode }: CarriedError): unknown {
  if (code !== undefined) return new KeyhatchError(code, details === undefined ? {} : { details });
  return error instanceof Error && errcode !== undefined ? Object.assign(error, { errcode }) : error;
}

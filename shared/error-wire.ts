// How an error crosses from core to whoever called it, over any transport: out as an oRPC error that carries code and
// details of the catalogue, back as the same KeyhatchError. What is not in the catalogue is a bug: it is logged under a
// short id, and only that id is sent. Must never send a stack, a cause or the message of an unexpected error.

import { ORPCError, ValidationError } from '@orpc/contract';
import { type ErrorCode, type ErrorDetails, errorCatalogue, KeyhatchError } from './errors.ts';

/** Where bugs are told; the program's log fits. */
export type BugLog = {
  readonly error: (message: string, fields: Readonly<Record<string, unknown>>) => void;
};

/** What is on the wire beside oRPC's own fields. */
export type WireErrorData = { readonly code: ErrorCode; readonly details: ErrorDetails };

type InterceptedCall<Output> = {
  readonly next: () => Promise<Output>;
  readonly path?: readonly string[];
  readonly signal?: { readonly aborted: boolean } | undefined;
};

/**
 * Server side, for `clientInterceptors` of a handler and for `interceptors` of `createRouterClient` alike.
 * @throws nothing but errors that may be sent
 */
export function errorsToWire(log: BugLog): <Output>(call: InterceptedCall<Output>) => Promise<Output> {
  return async (call) => {
    try {
      return await call.next();
    } catch (error) {
      throw toWireError(error, log, call);
    }
  };
}

/**
 * Client side, for `interceptors` of a link, and before `errorsToWire` in `createRouterClient`.
 * @throws KeyhatchError for everything that came from the server; failures of the transport itself stay as they are
 */
export function errorsFromWire(): <Output>(call: InterceptedCall<Output>) => Promise<Output> {
  return async (call) => {
    try {
      return await call.next();
    } catch (error) {
      throw fromWireError(error);
    }
  };
}

/** The error as it may be sent. Bugs are logged here, once. */
export function toWireError(
  error: unknown,
  log: BugLog,
  call: Pick<InterceptedCall<unknown>, 'path' | 'signal'> = {},
): ORPCError<string, unknown> {
  if (error instanceof KeyhatchError) return wireForm(error);
  if (error instanceof ORPCError) {
    const issues = issuesOf(error);
    if (error.status === 400 && issues) return wireForm(inputInvalid(issues));
    // What oRPC itself refuses (an unknown method, a body that is too large) says nothing about our insides.
    if (error.status < 500 || wireData(error.data)) return error;
  }
  if (call.signal?.aborted && error instanceof Error && error.name === 'AbortError') {
    return wireForm(new KeyhatchError('client_gone'));
  }
  const id = shortId();
  const issues = error instanceof ORPCError ? issuesOf(error) : undefined;
  log.error('a call failed unexpectedly', { id, call: call.path?.join('.'), issues, error });
  return wireForm(new KeyhatchError('internal', { details: { id } }));
}

/** The error as it was before it was sent; anything that did not come from a server is returned as it is. */
export function fromWireError(error: unknown): unknown {
  if (!(error instanceof ORPCError)) return error;
  const data = wireData(error.data);
  if (data) return new KeyhatchError(data.code, { details: data.details });
  const reason = withoutFullStop(error.message);
  // The rest is a server of another version, or something in between that answered in its place.
  return new KeyhatchError(error.status === 400 ? 'input_invalid' : 'control_refused', { details: { reason } });
}

/** What an error of the catalogue looks like on the wire. */
export function wireForm(error: KeyhatchError): ORPCError<string, WireErrorData> {
  return new ORPCError(error.code.toUpperCase(), {
    status: error.status,
    message: error.message,
    data: { code: error.code, details: error.details },
  });
}

/** The same for programs that know nothing of oRPC. What the library itself refuses is input that cannot be read. */
export function plainForm(error: ORPCError<string, unknown>): { readonly error: WireErrorData & { message: string } } {
  const data = wireData(error.data) ?? wireForm(inputInvalid([withoutFullStop(error.message)])).data;
  return { error: { code: data.code, message: error.message, details: data.details } };
}

function wireData(data: unknown): WireErrorData | undefined {
  if (typeof data !== 'object' || data === null || !('code' in data) || typeof data.code !== 'string') return undefined;
  if (!Object.hasOwn(errorCatalogue, data.code)) return undefined;
  const details: Record<string, string | number> = {};
  const sent: unknown = 'details' in data ? data.details : undefined;
  if (typeof sent === 'object' && sent !== null) {
    for (const [name, value] of Object.entries(sent)) {
      if (typeof value === 'string' || typeof value === 'number') details[name] = value;
    }
  }
  return { code: data.code as ErrorCode, details };
}

function issuesOf(error: ORPCError<string, unknown>): readonly string[] | undefined {
  if (!(error.cause instanceof ValidationError)) return undefined;
  return error.cause.issues.map((issue) => {
    const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    return withoutFullStop(path === '' ? issue.message : `${path}: ${issue.message}`);
  });
}

function inputInvalid(issues: readonly string[]): KeyhatchError {
  return new KeyhatchError('input_invalid', { details: { reason: issues.slice(0, 3).join('; ') } });
}

function withoutFullStop(text: string): string {
  return text.replace(/[.\s]+$/, '');
}

// Not a secret: it only leads from a message to a line of the log.
function shortId(): string {
  return Math.random().toString(36).slice(2, 10).padEnd(8, '0');
}

// How much a body asks for, in every spelling that a model server takes: tokens, context, choices, inputs, time in memory.
// Reads and compares; the caps themselves are a key's (shared/body-caps.ts), and body-edits.ts puts one in.

import type { BodyCap } from '../../shared/body-caps.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { foldKey, type JsonMember, scanTopLevel } from './json-members.ts';
import type { GatewayKey } from './ports.ts';
import type { Operation } from './route-table.ts';

/** One wish of a body. */
export type Asked = {
  readonly cap: BodyCap;
  /** As the body spells it: `max_tokens`, `options.num_ctx`. */
  readonly field: string;
  /** Infinity where no end is asked for, NaN where it cannot be read. */
  readonly value: number;
};

// Servers have names of their own for the same thing, and each takes those of others where it can: all of them count.
const fields: Readonly<Record<Exclude<BodyCap, 'inputs'>, readonly string[]>> = {
  maxTokens: [
    'max_tokens',
    'max_completion_tokens',
    'max_output_tokens',
    'max_new_tokens',
    'max_length',
    'n_predict',
    'num_predict',
  ],
  contextTokens: ['num_ctx', 'context_length', 'n_ctx'],
  choices: ['n', 'best_of', 'n_cmpl'],
  keepAliveSeconds: ['keep_alive', 'ttl'],
};
// llama.cpp embeds what stands in `content` where there is no `input`.
const inputFields = ['input', 'prompt', 'documents', 'texts', 'content'] as const;
const inOptions = ['num_predict', 'num_ctx'] as const;

/** Top-level names that must stand in a body once and in this spelling, because a cap may ask for them. */
export const amountFields: readonly string[] = [...Object.values(fields).flat(), ...inputFields];

/** @returns every wish that a cap could be about */
export function amountsOf(root: Readonly<Record<string, unknown>>, operation: Operation): readonly Asked[] {
  const asked: Asked[] = [];
  const note = (cap: BodyCap, field: string, value: unknown) => {
    if (value !== undefined && value !== null) asked.push({ cap, field, value: amountOf(cap, value) });
  };
  for (const [cap, names] of Object.entries(fields) as [BodyCap, readonly string[]][]) {
    for (const name of names) note(cap, name, root[name]);
  }
  const options = root['options'];
  if (typeof options === 'object' && options !== null) {
    const nested = options as Readonly<Record<string, unknown>>;
    note('maxTokens', 'options.num_predict', nested['num_predict']);
    note('contextTokens', 'options.num_ctx', nested['num_ctx']);
  }
  for (const name of inputFields) {
    // The input of a response is a conversation; of a completion or of embeddings it is one text or several.
    const value = root[name];
    const counts = Array.isArray(value) ? name === 'prompt' || operation === 'embeddings' : operation === 'embeddings';
    if (counts && typeof value === 'object' && value !== null)
      asked.push({ cap: 'inputs', field: name, value: textsIn(value) });
  }
  return asked;
}

/** What the fields of a form ask for, each as its text. */
export function amountsOfForm(field: (name: string) => string | undefined): readonly Asked[] {
  return fields.choices.flatMap((name) => {
    const text = field(name)?.trim();
    if (text === undefined) return [];
    return [
      { cap: 'choices' as const, field: name, value: text === '' ? Number.NaN : amountOf('choices', Number(text)) },
    ];
  });
}

/** @throws KeyhatchError `body_over_cap`, or `body_invalid` where a capped amount cannot be read */
export function checkCaps({ name, policy }: GatewayKey, amounts: readonly Asked[]): void {
  for (const { cap, field, value } of amounts) {
    const most = policy.caps[cap];
    if (most === null || value <= most) continue;
    if (Number.isNaN(value)) throw unreadableAmount(field);
    const asked = value === Number.POSITIVE_INFINITY ? 'no limit' : value;
    throw new KeyhatchError('body_over_cap', { details: { name, field, cap: most, asked } });
  }
}

export function unreadableAmount(field: string): KeyhatchError {
  return new KeyhatchError('body_invalid', { details: { reason: `"${field}" is not an amount that can be read` } });
}

/**
 * The members of Ollama's `options` that matter here, with their places in the whole body.
 * @throws KeyhatchError `body_invalid` where one of them stands there twice or in an odd spelling
 */
export function optionMembers(bytes: Buffer, options: JsonMember | undefined): ReadonlyMap<string, JsonMember> {
  const found = new Map<string, JsonMember>();
  if (!options) return found;
  const scan = scanTopLevel(bytes.subarray(options.valueStart, options.valueEnd));
  for (const { key, valueStart, valueEnd } of scan.ok ? scan.members : []) {
    const name = inOptions.find((one) => one === foldKey(key));
    if (name === undefined) continue;
    if (key !== name || found.has(name)) {
      throw new KeyhatchError('body_invalid', { details: { reason: `"${name}" stands in its options in two ways` } });
    }
    found.set(name, { key, valueStart: valueStart + options.valueStart, valueEnd: valueEnd + options.valueStart });
  }
  return found;
}

function amountOf(cap: BodyCap, value: unknown): number {
  if (cap === 'keepAliveSeconds') return keepAliveOf(value);
  if (typeof value !== 'number') return Number.NaN;
  // What is below one means "without end" to some server, for tokens even 0 and what rounds to it.
  const least = cap === 'choices' ? 0 : 1;
  return value < least ? Number.POSITIVE_INFINITY : value;
}

/** Many texts, one that is given as a list of its tokens, or an object in which such lists stand. */
function textsIn(value: object): number {
  if (Array.isArray(value)) return value.length > 0 && value.every((one) => typeof one === 'number') ? 1 : value.length;
  return Object.values(value).reduce((sum, inner) => {
    return typeof inner === 'object' && inner !== null ? sum + textsIn(inner) : sum;
  }, 0);
}

const unitSeconds: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
};

/** Seconds as a number, or a duration as Go writes it: `5m`, `1h30m`, `-1s`. Below zero is for ever. */
function keepAliveOf(value: unknown): number {
  if (typeof value === 'number') return value < 0 ? Number.POSITIVE_INFINITY : value;
  if (typeof value !== 'string' || value.length > 40) return Number.NaN;
  if (value.startsWith('-')) return Number.POSITIVE_INFINITY;
  const text = value.replace(/^\+/, '');
  if (text === '0') return 0;
  let seconds = 0;
  let read = 0;
  for (const [part, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    seconds += Number(amount) * (unitSeconds[unit ?? ''] ?? Number.NaN);
    read += part.length;
  }
  return read > 0 && read === text.length ? seconds : Number.NaN;
}

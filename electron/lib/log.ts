// The program's log, one line an entry, written for people or as JSON. Secrets cannot be logged: every line is scrubbed
// as a whole after it has been built, so that no field, message or error text can carry one past.

import { KeyhatchError } from '../../shared/errors.ts';
import { keyPattern } from '../../shared/key-format.ts';

export type LogFields = Readonly<Record<string, unknown>>;
export type LogFormat = 'pretty' | 'json';

export type Log = {
  readonly info: (message: string, fields?: LogFields) => void;
  readonly warn: (message: string, fields?: LogFields) => void;
  readonly error: (message: string, fields?: LogFields) => void;
};

type Level = keyof Log;

/** @param write takes one whole line without its line end */
export function createLog(options: { readonly format: LogFormat; readonly write: (line: string) => void }): Log {
  const format = options.format === 'json' ? jsonLine : prettyLine;
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}) => {
      options.write(scrub(format(new Date(), level, message, flatten(fields))));
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
}

/** For tests and for parts that have nobody to tell. */
export const silentLog: Log = { info: () => {}, warn: () => {}, error: () => {} };

/** Takes everything out of a text that is, or looks like, a credential. */
export function scrub(text: string): string {
  return text
    .replace(keyPattern, (key) => `${key.slice(0, key.indexOf('_') + 9)}_…`)
    .replace(/\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, '$1 …')
    .replace(
      /((?:x-api-key|api[-_]?key|x-access-key|access[-_]?key|passphrase|password|secret|token)["']?\s*[:=]\s*["']?)[^\s"',&}]{6,}/gi,
      '$1…',
    )
    .replace(/\/\/[^\s/@:"']+:[^\s/@"']+@/g, '//…@');
}

function flatten(fields: LogFields): LogFields {
  if (!('error' in fields)) return fields;
  const { error, ...rest } = fields;
  return { ...rest, ...describeError(error) };
}

// Expected failures are told by their code; anything else is a bug and keeps its stack, in the log only.
function describeError(error: unknown): LogFields {
  if (error instanceof KeyhatchError) return { code: error.code, reason: error.message };
  if (error instanceof Error) return { reason: error.message, stack: error.stack };
  return { reason: String(error) };
}

function jsonLine(time: Date, level: Level, message: string, fields: LogFields): string {
  return JSON.stringify({ time: time.toISOString(), level, message, ...fields });
}

function prettyLine(time: Date, level: Level, message: string, fields: LogFields): string {
  const mark = level === 'info' ? ' ' : level === 'warn' ? '!' : '✗';
  const facts = Object.entries(fields)
    .filter(([name, value]) => value !== undefined && name !== 'stack')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const stack = typeof fields.stack === 'string' ? `\n${fields.stack}` : '';
  const clock = time.toTimeString().slice(0, 8);
  return `${clock} ${mark} ${[message, ...facts].join('  ')}${stack}`;
}

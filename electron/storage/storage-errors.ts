// The edge of the room: what SQLite and the file system throw, told apart and turned into codes of the catalogue.
// Knows no table and opens nothing.

import { KeyhatchError } from '../../shared/errors.ts';

const busy = 5;
const corrupt = 11;
const full = 13;
const tooBig = 18;
const constraint = 19;
const mismatch = 20;
const notADatabase = 26;

/** Whether another connection or process holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return sqliteResultOf(error) === busy;
}

/** Whether the file itself is broken, also where that is told as `profile_damaged`. */
export function isDamage(error: unknown): boolean {
  const result = sqliteResultOf(error instanceof KeyhatchError ? error.cause : error);
  return result === corrupt || result === notADatabase;
}

/** Whether the disk has no room for it. */
export function isFull(error: unknown): boolean {
  return sqliteResultOf(error) === full;
}

/** Whether a row itself can never be written, so that trying it again would hold up all the others for ever. */
export function isUnwritableRow(error: unknown): boolean {
  const result = sqliteResultOf(error);
  if (result !== undefined) return result === tooBig || result === constraint || result === mismatch;
  return error instanceof TypeError || error instanceof RangeError;
}

/** What is thrown on when `file` could not be opened: `profile_damaged` for the world's faults, a bug as it is. */
export function openingError(file: string, error: unknown): unknown {
  if (error instanceof KeyhatchError || !isOfTheWorld(error)) return error;
  return new KeyhatchError('profile_damaged', { details: { file, reason: error.message }, cause: error });
}

function isOfTheWorld(error: unknown): error is Error {
  return error instanceof Error && (sqliteResultOf(error) !== undefined || 'syscall' in error);
}

// SQLite's extended codes carry the primary one in their low byte.
function sqliteResultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined;
  return error.errcode & 0xff;
}

// One process owns a data folder. The lock is a lock of the operating system on `profile.lock`, taken through SQLite
// because it works alike everywhere and dies with the process; `holder.json` only says who it is.

import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KeyhatchError } from '../../shared/errors.ts';
import { isBusy, openingError } from './storage-errors.ts';

// Two that begin in the same instant can both find it busy; a short wait lets one of them win.
const patienceMs = 200;

export type ProfileLock = {
  /** Frees the folder; also happens when the process ends, however it ends. */
  readonly release: () => void;
};

/**
 * Takes the data folder, made if it is missing, for the life of this process.
 *
 * @param shell what the holder is called to others, such as `serve`
 * @throws KeyhatchError `profile_in_use`; `profile_damaged` when the folder cannot be used
 */
export function acquireProfileLock(options: { readonly dataDir: string; readonly shell: string }): ProfileLock {
  const { dataDir, shell } = options;
  const lockFile = join(dataDir, 'profile.lock');
  const holderFile = join(dataDir, 'holder.json');
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    refuseSharedFolder(dataDir);
    // Before SQLite opens it: it gives its journal the mode that the file has by then.
    // Never opened once it exists: closing any other descriptor of the file would free a POSIX lock.
    if (!existsSync(lockFile)) closeSync(openSync(lockFile, 'a', 0o600));
    chmodSync(lockFile, 0o600);
    lock = new DatabaseSync(lockFile, { timeout: patienceMs });
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (error instanceof KeyhatchError) throw error;
    if (!isBusy(error)) throw openingError(lockFile, error);
    throw new KeyhatchError('profile_in_use', { details: { dir: dataDir, holder: describeHolder(holderFile) } });
  }
  writeHolder(holderFile, shell);
  return holdUntilReleased(lock, holderFile);
}

// Whoever can write in here could give a key back its life or an upstream another address.
function refuseSharedFolder(dataDir: string): void {
  if (process.platform === 'win32' || (statSync(dataDir).mode & 0o022) === 0) return;
  const reason = 'other users of this machine can write into it; run chmod go-w on it';
  throw new KeyhatchError('profile_damaged', { details: { file: dataDir, reason } });
}

function holdUntilReleased(lock: DatabaseSync, holderFile: string): ProfileLock {
  function release(): void {
    process.off('exit', release);
    if (!lock.isOpen) return;
    rmSync(holderFile, { force: true });
    lock.close();
  }
  // Also keeps the lock reachable: a database that is garbage collected is closed, and its lock gone.
  process.on('exit', release);
  return { release };
}

function writeHolder(holderFile: string, shell: string): void {
  try {
    writeFileSync(holderFile, JSON.stringify({ pid: process.pid, shell, since: Date.now() }), { mode: 0o600 });
  } catch {
    // A full disk: the lock holds without it, and the next contender hears of "another Keyhatch".
  }
}

function describeHolder(holderFile: string): string {
  try {
    const { pid, shell, since } = JSON.parse(readFileSync(holderFile, 'utf8')) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof shell !== 'string' || typeof since !== 'number') return 'another Keyhatch';
    // Swedish dates are ISO dates in local time.
    return `${shell} (process ${pid}, since ${new Date(since).toLocaleString('sv-SE')})`;
  } catch {
    // Gone or half written: the lock counts, not its description.
    return 'another Keyhatch';
  }
}

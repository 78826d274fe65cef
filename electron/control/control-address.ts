// Where the command line finds the running instance: a socket in a directory that only its owner can enter, or on
// Windows a pipe with an unguessable name; `run/control.json` in the profile holds that address and the shared secret.
// Must not open a connection, and must not mend a directory that somebody else could have prepared: it refuses.

import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { lstat, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as z from 'zod';
import { KeyhatchError } from '../../shared/errors.ts';

/** The part of the machine that decides where the address lies. */
export type ControlPlatform = {
  readonly platform: NodeJS.Platform;
  readonly tmpDir: string;
  /** Undefined where there are no numeric users (Windows). */
  readonly uid: number | undefined;
};

const controlFile = z.object({ address: z.string().min(1), secret: z.string().regex(/^[0-9a-f]{64}$/) });
/** What `run/control.json` holds. `secret`: 32 random bytes in hex, new with every start. */
export type ControlFile = Readonly<z.infer<typeof controlFile>>;

// sun_path holds 104 bytes on macOS and 108 on Linux, its end mark included.
const socketPathMaxBytes = 100;

export function thisPlatform(): ControlPlatform {
  return { platform: process.platform, tmpDir: tmpdir(), uid: process.getuid?.() };
}

export function controlFilePath(dataDir: string): string {
  return join(dataDir, 'run', 'control.json');
}

/** The address to listen on: the profile's own `run/control.sock` where its path is short enough for a socket. */
export function controlAddress(dataDir: string, machine: ControlPlatform): string {
  if (machine.platform === 'win32') return `\\\\.\\pipe\\keyhatch-${randomBytes(16).toString('hex')}`;
  const inProfile = join(resolve(dataDir), 'run', 'control.sock');
  if (Buffer.byteLength(inProfile) <= socketPathMaxBytes) return inProfile;
  const hash = createHash('sha256').update(resolve(dataDir)).digest('hex').slice(0, 16);
  const inTmp = (tmpDir: string) => join(tmpDir, `keyhatch-${machine.uid ?? 'user'}-${hash}`, 'control.sock');
  const wanted = inTmp(machine.tmpDir);
  return Buffer.byteLength(wanted) <= socketPathMaxBytes ? wanted : inTmp('/tmp');
}

/**
 * Makes the directories of address and control file, 0700.
 * @throws KeyhatchError profile_damaged when one of them is a link, belongs to somebody else or is open to others
 */
export async function prepareDirectories(dataDir: string, address: string, machine: ControlPlatform): Promise<void> {
  const runDir = dirname(controlFilePath(dataDir));
  await mkdir(runDir, { recursive: true, mode: 0o700 });
  await refuseUnlessPrivate(runDir, machine);
  if (machine.platform === 'win32') return;
  const socketDir = dirname(address);
  if (socketDir === resolve(runDir)) return;
  await mkdir(socketDir, { mode: 0o700 }).catch((error: unknown) => {
    if (errorCode(error) !== 'EEXIST') throw error;
  });
  await refuseUnlessPrivate(socketDir, machine);
}

/** Removes what a process that no longer lives has left at the address. The caller holds the profile's lock. */
export async function removeStale(dataDir: string, address: string, machine: ControlPlatform): Promise<void> {
  await rm(controlFilePath(dataDir), { force: true });
  if (machine.platform === 'win32') return;
  const found = await lstat(address).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw damaged(address, 'it lies where the socket of this profile belongs');
  await rm(address);
}

/** Written beside itself and renamed, 0600: a reader sees the whole of it or nothing. */
export async function writeControlFile(dataDir: string, content: ControlFile): Promise<void> {
  const path = controlFilePath(dataDir);
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(content)}\n`);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

/**
 * Undefined when no instance has left one.
 * @throws KeyhatchError profile_damaged when others than its owner could have written it
 */
export async function readControlFile(dataDir: string, machine: ControlPlatform): Promise<ControlFile | undefined> {
  const path = controlFilePath(dataDir);
  try {
    await refuseUnlessPrivate(dirname(path), machine);
    const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      if (machine.platform !== 'win32') refuseOthers(path, await file.stat(), machine);
      return controlFile.parse(JSON.parse(await file.readFile('utf8')));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof KeyhatchError) throw error;
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw damaged(path, errorCode(error) ?? 'it is not what Keyhatch writes there', error);
  }
}

/**
 * Where the instance of a profile listens, for somebody who may not read its control file; undefined when none does. The
 * socket must be in a directory of the profile's owner that nobody else can enter, so that no admin key goes astray.
 * @throws KeyhatchError profile_damaged when it is not, control_refused on Windows, where only the control file knows
 */
export async function findControlAddress(dataDir: string, machine: ControlPlatform): Promise<string | undefined> {
  if (machine.platform === 'win32') {
    const reason = 'on Windows only its owner knows where it listens, so that an admin key cannot open it there';
    throw new KeyhatchError('control_refused', { details: { reason } });
  }
  try {
    const owner = { ...machine, uid: (await stat(dataDir)).uid };
    const address = controlAddress(dataDir, owner);
    await refuseUnlessPrivate(dirname(address), owner);
    const found = await lstat(address);
    if (!found.isSocket() || found.uid !== owner.uid) throw damaged(address, 'it is not the socket of its owner');
    return address;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}

/** `ENOENT` and its like, where an error has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

async function refuseUnlessPrivate(dir: string, machine: ControlPlatform): Promise<void> {
  const found = await lstat(dir);
  if (!found.isDirectory()) throw damaged(dir, 'it is not a directory of its own');
  if (machine.platform !== 'win32') refuseOthers(dir, found, machine);
}

function refuseOthers(path: string, found: { readonly uid: number; readonly mode: number }, machine: ControlPlatform) {
  if (machine.uid !== undefined && found.uid !== machine.uid) throw damaged(path, 'it belongs to another user');
  if ((found.mode & 0o077) !== 0) throw damaged(path, 'other users of this machine have access to it');
}

function damaged(file: string, reason: string, cause?: unknown): KeyhatchError {
  return new KeyhatchError('profile_damaged', { details: { file, reason }, cause });
}

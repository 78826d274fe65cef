// How the room reads and writes its own files: bounded in size, replaced as a whole or not at all, and on the disk when
// it says so. Words for what a file system refuses.

import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The bytes of a file that may have `maxBytes` at most, or undefined when there is none. */
export async function readSmallFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    if ((await handle.stat()).size > maxBytes) throw new Error(`${path} is larger than ${maxBytes} bytes`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Creates a file for the owner's eyes only; fails with EEXIST when there is one, and leaves no half-written one. */
export async function createPrivateFile(path: string, bytes: string | Buffer): Promise<void> {
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(bytes);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
  await handle.close();
}

/** Replaces a file in one step: whoever reads sees the old bytes or the new ones. For one writer at a time. */
export async function replaceFile(path: string, bytes: string | Buffer): Promise<void> {
  const fresh = `${path}.tmp`;
  // What a crash left behind goes first: 'wx' then also refuses a link that somebody planted under this name.
  await rm(fresh, { force: true });
  await createPrivateFile(fresh, bytes);
  await rename(fresh, path);
  await syncFolder(dirname(path));
}

/** What a file system refused, for people. */
export function explainFileError(error: unknown): string {
  const path = error instanceof Error && 'path' in error ? String(error.path) : 'the file';
  switch (errorCode(error)) {
    case 'ENOENT':
      return `${path} does not exist`;
    case 'EACCES':
    case 'EPERM':
      return `Keyhatch may not use ${path}: give its user access to it`;
    case 'EISDIR':
      return `${path} is a folder`;
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full';
    case 'EROFS':
      return `${path} lies on a disk that cannot be written to`;
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}

// Makes the rename itself durable. Windows cannot open a folder, and some network disks refuse: then it is left to them.
async function syncFolder(path: string): Promise<void> {
  try {
    const handle = await open(path, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // The new bytes are in place either way.
  }
}

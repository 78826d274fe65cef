// Files that people name on the command line: reading them, and why one could not be read or written, in words.

import { readFile } from 'node:fs/promises';
import { CommandFailed } from './cli-errors.ts';

/** @throws CommandFailed with the reason */
export async function readFileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read: ${fileReason(error)}.`);
  }
}

const fileReasons: Readonly<Record<string, string>> = {
  ENOENT: 'it, or its folder, does not exist',
  EACCES: 'its permissions do not allow it',
  EEXIST: 'it exists already; choose another name',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
};

/** Completes a sentence such as "it cannot be read: …". */
export function fileReason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return fileReasons[code] ?? message;
}

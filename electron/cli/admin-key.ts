// Where the command line takes an admin key from: a file that only its owner can read, or the environment. Never from an
// argument, which every program on the machine can see.

import { readFile, stat } from 'node:fs/promises';
import { parseKey } from '../../shared/key-format.ts';
import { UsageError } from './cli-errors.ts';

/** Undefined where none is named. @throws UsageError when what is named holds no admin key */
export async function readAdminKey(
  file: string | undefined,
  io: { readonly env: Readonly<Record<string, string | undefined>>; readonly platform: NodeJS.Platform },
): Promise<string | undefined> {
  const text = file === undefined ? io.env['KEYHATCH_ADMIN_KEY'] : await readPrivate(file, io.platform);
  if (text === undefined || text === '') return undefined;
  const key = text.trim();
  const parsed = parseKey(key);
  if (parsed.kind === 'key' && parsed.prefix === 'kha') return key;
  const where = file === undefined ? 'KEYHATCH_ADMIN_KEY' : file;
  throw new UsageError(`${where} does not hold an admin key. Make one: keyhatch keys create --admin --name NAME.`);
}

async function readPrivate(file: string, platform: NodeJS.Platform): Promise<string> {
  try {
    const { mode } = await stat(file);
    if (platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new UsageError(`Other users can read ${file}. Keep it to yourself first: chmod 600 ${file}.`);
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${file} cannot be read.`);
  }
}

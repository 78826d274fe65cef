// Where the key of the sealed file comes from: a passphrase (environment, file, systemd credential) or a key file.
// There is no default place: a key beside the file that it opens would protect nothing.

import { randomBytes } from 'node:crypto';
import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { KeyhatchError } from '../../shared/errors.ts';
import { vaultLocked } from './vault.ts';
import { createPrivateFile, errorCode, explainFileError, readSmallFile } from './vault-files.ts';

export type SealingKey =
  | { readonly kind: 'passphrase'; readonly passphrase: Buffer }
  | { readonly kind: 'key-file'; readonly key: Buffer };

export type Environment = { [name: string]: string | undefined };

export const sealedFileName = 'vault.sealed';

const passphraseName = 'KEYHATCH_VAULT_PASSPHRASE';
const passphraseFileName = 'KEYHATCH_VAULT_PASSPHRASE_FILE';
const keyFileName = 'KEYHATCH_VAULT_KEY_FILE';
const credentialName = 'keyhatch-vault-passphrase';
const secretMaxBytes = 4096;

/**
 * Finds what unlocks the sealed file; the first source that is set counts, an empty variable is not set. On success
 * the variables are deleted from `env`, so that child processes do not inherit them: ask once per process.
 * @throws `vault_locked` when there is no source, or the one that is set cannot be used
 */
export async function readSealingKey(options: {
  readonly env: Environment;
  readonly dataDir: string;
}): Promise<SealingKey> {
  const { env, dataDir } = options;
  try {
    const found = (await readPassphrase(env)) ?? (await readKeyFile(env, dataDir));
    if (!found) {
      const reason = `nothing to unlock it with was given. Set ${passphraseName}, ${passphraseFileName} or ${keyFileName}, or pass the systemd credential ${credentialName}`;
      throw vaultLocked('file', reason);
    }
    for (const name of [passphraseName, passphraseFileName, keyFileName]) delete env[name];
    return found;
  } catch (error) {
    throw error instanceof KeyhatchError ? error : vaultLocked('file', explainFileError(error), error);
  }
}

async function readPassphrase(env: Environment): Promise<SealingKey | undefined> {
  const direct = env[passphraseName];
  if (direct) return { kind: 'passphrase', passphrase: Buffer.from(direct) };
  const named = env[passphraseFileName];
  if (named) return await readPassphraseFile(resolve(named), true);
  const folder = env.CREDENTIALS_DIRECTORY;
  return folder ? await readPassphraseFile(join(folder, credentialName), false) : undefined;
}

// Kept as bytes: a file of random ones, read as text, would shrink to a row of replacement characters.
async function readPassphraseFile(path: string, required: boolean): Promise<SealingKey | undefined> {
  const bytes = await readSmallFile(path, secretMaxBytes);
  if (!bytes && !required) return undefined;
  if (!bytes) throw vaultLocked('file', `the passphrase file ${path} does not exist`);
  const end = bytes.at(-1) !== 0x0a ? bytes.length : bytes.at(-2) === 0x0d ? bytes.length - 2 : bytes.length - 1;
  if (end === 0) throw vaultLocked('file', `the passphrase file ${path} is empty`);
  return { kind: 'passphrase', passphrase: bytes.subarray(0, end) };
}

async function readKeyFile(env: Environment, dataDir: string): Promise<SealingKey | undefined> {
  const named = env[keyFileName];
  if (!named) return undefined;
  const path = resolve(named);
  if (!(await exists(path))) await createKeyFile(path, dataDir);
  await refuseOpenToOthers(path);
  const text = (await readSmallFile(path, secretMaxBytes))?.toString('latin1').trim() ?? '';
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw vaultLocked('file', `the key file ${path} does not hold 64 hexadecimal digits. Restore it from a copy`);
  }
  return { kind: 'key-file', key: Buffer.from(text, 'hex') };
}

// A new key beside an old sealed file could not open it, and would hide that the right one is gone.
async function createKeyFile(path: string, dataDir: string): Promise<void> {
  if (await exists(join(dataDir, sealedFileName))) {
    throw vaultLocked('file', `the key file ${path} does not exist. Restore the one that the vault was sealed with`);
  }
  try {
    await createPrivateFile(path, `${randomBytes(32).toString('hex')}\n`);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

async function refuseOpenToOthers(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  if (((await stat(path)).mode & 0o077) !== 0) {
    throw vaultLocked(
      'file',
      `others on this machine can use the key file ${path}. Close it to them: chmod 600 ${path}`,
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

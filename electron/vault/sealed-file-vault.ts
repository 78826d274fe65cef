// The vault of a server without a keychain: every entry in one file, sealed as a whole and replaced as a whole. Reads the
// file at each call, so that one restored from a copy counts at once, and derives the key from a passphrase only once.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createBoundedTurns } from './calls-in-turn.ts';
import { deriveKey, usualCost } from './passphrase-key.ts';
import {
  newScryptScheme,
  parseSealedText,
  type ScryptCost,
  type SealingScheme,
  sealText,
  unsealText,
} from './sealed-format.ts';
import { type SealingKey, sealedFileName } from './sealing-key.ts';
import { type Vault, vaultDeadlineMs, vaultLocked } from './vault.ts';
import { explainFileError, readSmallFile, replaceFile } from './vault-files.ts';

const fileMaxBytes = 16 * 1024 * 1024;

type Opened = { readonly scheme: SealingScheme; readonly entries: Map<string, string> };

/** @param scryptCost what a new file asks for; an existing one says itself */
export function createSealedFileVault(options: {
  readonly dataDir: string;
  readonly sealingKey: SealingKey;
  readonly deadlineMs?: number;
  readonly scryptCost?: ScryptCost;
}): Vault {
  const { dataDir, sealingKey, deadlineMs = vaultDeadlineMs, scryptCost = usualCost } = options;
  const path = join(dataDir, sealedFileName);
  const inTurn = createBoundedTurns({ kind: 'file', deadlineMs, explain: explainFileError });
  const keyOf = rememberKey(sealingKey);

  async function load(): Promise<Opened> {
    const bytes = await readSmallFile(path, fileMaxBytes);
    if (!bytes) {
      const scheme: SealingScheme = sealingKey.kind === 'key-file' ? { kdf: 'none' } : newScryptScheme(scryptCost);
      return { scheme, entries: new Map() };
    }
    const text = parseSealedText(bytes.toString('utf8'), path);
    const plain = unsealText(text, await keyOf(text.scheme));
    if (plain === undefined) throw misfit(sealingKey);
    const entries: Readonly<Record<string, string>> = JSON.parse(plain);
    return { scheme: text.scheme, entries: new Map(Object.entries(entries)) };
  }

  async function save({ scheme, entries }: Opened): Promise<void> {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    await replaceFile(path, sealText(scheme, await keyOf(scheme), JSON.stringify(Object.fromEntries(entries))));
  }

  return {
    kind: 'file',
    get: (name) => inTurn(async () => (await load()).entries.get(name) ?? null),
    set: (name, value) =>
      inTurn(async () => {
        const opened = await load();
        opened.entries.set(name, value);
        await save(opened);
      }),
    delete: (name) =>
      inTurn(async () => {
        const opened = await load();
        if (opened.entries.delete(name)) await save(opened);
      }),
  };
}

// One key is kept: that of the salt last seen. Another salt comes only with another file.
function rememberKey(sealingKey: SealingKey): (scheme: SealingScheme) => Promise<Buffer> {
  let last: { readonly salt: string; readonly key: Buffer } | undefined;
  return async (scheme) => {
    if (sealingKey.kind === 'key-file') {
      if (scheme.kdf === 'none') return sealingKey.key;
      throw vaultLocked('file', 'it was sealed with a passphrase, and a key file was given. Give the passphrase');
    }
    if (scheme.kdf === 'none') {
      throw vaultLocked('file', 'it was sealed with a key file, and a passphrase was given. Give the key file');
    }
    const salt = JSON.stringify(scheme);
    if (last?.salt !== salt) last = { salt, key: await deriveKey(sealingKey.passphrase, scheme.salt, scheme.cost) };
    return last.key;
  };
}

// A changed byte looks the same as a wrong key, and a wrong key is by far the likelier of the two.
function misfit(sealingKey: SealingKey) {
  return vaultLocked('file', `the ${sealingKey.kind === 'passphrase' ? 'passphrase' : 'key file'} does not fit`);
}

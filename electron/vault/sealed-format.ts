// The text of `vault.sealed` and of a backup: a line of JSON that says how it is sealed, and a line with the AES-256-GCM ciphertext and
// its tag. The first line is authenticated as it stands. Knows no files and not where the key comes from.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import { vaultLocked } from './vault.ts';

export type ScryptCost = { readonly N: number; readonly r: number; readonly p: number };

/** How the sealing key comes about: from a passphrase, or read from a key file as it is. */
export type SealingScheme = ScryptScheme | { readonly kdf: 'none' };
export type ScryptScheme = { readonly kdf: 'scrypt'; readonly cost: ScryptCost; readonly salt: string };

/** What is sealed: the one is never taken for the other. */
export type SealedKind = 'vault' | 'backup';

export type SealedText = {
  readonly scheme: SealingScheme;
  readonly headerLine: string;
  readonly nonce: Buffer;
  readonly sealed: Buffer;
};

const sealedFormatVersion = 1;

const nonceBytes = 12;
const tagBytes = 16;
const saltBytes = 16;
// Twice what we ask for ourselves: a manipulated file must not make us take all memory or an hour.
const scryptMaxBytes = 256 * 1024 * 1024;

/** A scheme for a new file, with a salt of its own. */
export function newScryptScheme(cost: ScryptCost): ScryptScheme {
  return { kdf: 'scrypt', cost, salt: randomBytes(saltBytes).toString('base64url') };
}

/** Seals a text under a fresh nonce. */
export function sealText(scheme: SealingScheme, key: Buffer, plain: string, kind: SealedKind = 'vault'): string {
  const nonce = randomBytes(nonceBytes);
  const header = { keyhatch: kind, version: sealedFormatVersion, ...scheme, nonce: nonce.toString('base64url') };
  const headerLine = JSON.stringify(header);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(headerLine));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return `${headerLine}\n${sealed.toString('base64')}\n`;
}

/** The text that was sealed, or undefined when the key does not fit or a byte was changed. */
export function unsealText(text: SealedText, key: Buffer): string | undefined {
  const decipher = createDecipheriv('aes-256-gcm', key, text.nonce, { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(text.headerLine));
  decipher.setAuthTag(text.sealed.subarray(-tagBytes));
  try {
    return decipher.update(text.sealed.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
  } catch {
    return undefined;
  }
}

/**
 * Takes a sealed file apart without opening it.
 * @throws `profile_from_future` when a newer Keyhatch wrote it, `vault_locked` when it is damaged
 */
export function parseSealedText(text: string, file: string, kind: SealedKind = 'vault'): SealedText {
  const [headerLine = '', sealedLine = ''] = text.split('\n', 2);
  const header = parseHeader(headerLine);
  if (header?.keyhatch !== kind || typeof header.version !== 'number') throw damaged(file);
  if (header.version > sealedFormatVersion) {
    const details = { file, found: header.version, known: sealedFormatVersion };
    throw new KeyhatchError('profile_from_future', { details });
  }
  const scheme = schemeOf(header, file);
  const nonce = Buffer.from(String(header.nonce), 'base64url');
  const sealed = Buffer.from(sealedLine, 'base64');
  if (header.version !== sealedFormatVersion || nonce.length !== nonceBytes || sealed.length < tagBytes) {
    throw damaged(file);
  }
  return { scheme, headerLine, nonce, sealed };
}

function schemeOf(header: Readonly<Record<string, unknown>>, file: string): SealingScheme {
  if (header.kdf === 'none') return { kdf: 'none' };
  const { cost, salt } = header;
  if (header.kdf !== 'scrypt' || !isRecord(cost) || typeof salt !== 'string') throw damaged(file);
  const { N, r, p } = cost;
  if (!isWhole(N) || !isWhole(r) || !isWhole(p) || Buffer.from(salt, 'base64url').length !== saltBytes) {
    throw damaged(file);
  }
  const bounded = Number.isInteger(Math.log2(N)) && N >= 2 ** 14 && p <= 4 && 128 * N * r <= scryptMaxBytes;
  if (!bounded) {
    throw vaultLocked('file', `${file} asks for key derivation that Keyhatch never uses. Restore it from a copy`);
  }
  return { kdf: 'scrypt', cost: { N, r, p }, salt };
}

function parseHeader(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const header: unknown = JSON.parse(line);
    return isRecord(header) ? header : undefined;
  } catch {
    return undefined;
  }
}

function damaged(file: string): KeyhatchError {
  return vaultLocked('file', `${file} is damaged. Restore it from a copy`);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function isWhole(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

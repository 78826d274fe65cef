// Seals single records under a key that lies in the vault: AES-256-GCM, a random nonce each, and what the record is bound
// to as additional data, so that one record cannot stand in for another. Knows neither vault nor database.

import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/** The text of a new key, as a vault entry holds it. */
export const makeRecordKey = (): string => randomBytes(keyBytes).toString('base64url');

/** @returns undefined for a text that is no such key */
export function readRecordKey(text: string): KeyObject | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === keyBytes ? createSecretKey(bytes) : undefined;
}

/** @param binding what the record is and belongs to; the same is needed to open it */
export function sealRecord(key: KeyObject, binding: string, plain: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes });
  cipher.setAAD(Buffer.from(binding));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** What was sealed, or undefined when the key or the binding is another, or a byte was changed. */
export function openRecord(key: KeyObject, binding: string, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < nonceBytes + tagBytes) return undefined;
  const bytes = Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), { authTagLength: tagBytes });
  decipher.setAAD(Buffer.from(binding));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

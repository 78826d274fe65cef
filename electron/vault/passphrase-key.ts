// A key out of a passphrase: scrypt, and what it may cost. Knows no file.

import { scrypt } from 'node:crypto';
import type { ScryptCost } from './sealed-format.ts';

/** 128 MiB and about half a second a guess. */
export const usualCost: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

export function deriveKey(passphrase: Buffer, salt: string, cost: ScryptCost): Promise<Buffer> {
  // Node's own ceiling is 32 MiB. Twice what the cost needs leaves room for what OpenSSL adds.
  const limits = { ...cost, maxmem: 256 * cost.N * cost.r };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, Buffer.from(salt, 'base64url'), 32, limits, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

// Digests, so that a secret can be recognised without being kept, and compared in the same time whatever it is.

import { createHash } from 'node:crypto';

/** SHA-256, 32 bytes. */
export function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

// What a password is kept as: Argon2id, with all that is needed to check it in its own text. Slow on purpose; whoever calls
// it decides in which thread.

import { argon2id, argon2Verify } from 'hash-wasm';

/**
 * 32 MiB, three passes: more than what OWASP asks for at the least (19 MiB, two passes), and about an eighth of a second on
 * the machine that it was measured on.
 */
const cost = { memorySize: 32 * 1024, iterations: 3, parallelism: 1, hashLength: 32 } as const;
const saltBytes = 16;

export function hashPassword(password: string): Promise<string> {
  const salt = crypto.getRandomValues(new Uint8Array(saltBytes));
  return argon2id({ ...cost, password: bytesOf(password), salt, outputType: 'encoded' });
}

/** Whether it is the password that this was made of. The comparison itself takes the same time whatever it finds. */
export function isPassword(password: string, hash: string): Promise<boolean> {
  return argon2Verify({ password: bytesOf(password), hash });
}

/** A hash that no password has, of the same cost: for names that nobody has. */
export const nobodysHash =
  '$argon2id$v=19$m=32768,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

// One password has several spellings in Unicode, and keyboards differ in which they send.
function bytesOf(password: string): Uint8Array {
  return new TextEncoder().encode(password.normalize('NFC'));
}

// The arithmetic of the mutual challenge on the control socket: nonces, the two proofs and their comparison.
// Both sides prove that they know the secret of control.json; neither ever sends it.

import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import * as z from 'zod';

const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${bytes * 2}}$`));

/** What the client opens a connection with. */
export const hello = z.object({ clientNonce: hex(32) });
/** What the server answers. The client sends nothing else before it has checked `proof`. */
export const helloAnswer = z.object({ session: hex(8), serverNonce: hex(32), proof: hex(32) });
export type HelloAnswer = z.infer<typeof helloAnswer>;

/** What whoever does not know the secret opens a connection with, having looked whose socket it is. */
export const adminHello = z.object({ adminKey: z.string().min(1).max(256) });
export const adminAnswer = z.object({ token: hex(32) });

export const sessionHeader = 'x-keyhatch-session';

/** 32 random bytes in hex. */
export function makeNonce(): string {
  return randomBytes(32).toString('hex');
}

// The role is part of what is signed, so that neither proof can be played back as the other.
export function serverProof(secret: string, clientNonce: string, serverNonce: string): string {
  return hmac(secret, `server|${clientNonce}|${serverNonce}`);
}

export function clientProof(secret: string, clientNonce: string, serverNonce: string): string {
  return hmac(secret, `client|${serverNonce}|${clientNonce}`);
}

/** Compares in a time that does not tell how much of the two is equal. */
export function sameProof(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function hmac(secret: string, text: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(text).digest('hex');
}

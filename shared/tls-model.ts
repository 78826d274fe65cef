// How connections to the gateway are encrypted, as schemas: which of HTTP and HTTPS a port takes, and what stands in the
// certificate. Certificates are public; no private key has a place here, but for the one that its owner hands in.

import * as z from 'zod';
import { timeMs } from './names.ts';

/** `both`: HTTP and HTTPS on one port; `only`: HTTP from this computer alone. */
export const tlsMode = z.enum(['off', 'both', 'only']);
export type TlsMode = z.infer<typeof tlsMode>;

/** `auto`: off while only this computer can reach the port, both once other machines can. */
export const tlsChoice = z.enum(['auto', ...tlsMode.options]);
export type TlsChoice = z.infer<typeof tlsChoice>;

/** What the setting comes to. */
export function modeOf(choice: TlsChoice, onLan: boolean): TlsMode {
  if (choice !== 'auto') return choice;
  return onLan ? 'both' : 'off';
}

/** `own`: made here by an authority of our own; `pem`: brought along. */
export const certificateSource = z.enum(['own', 'pem']);

export const tlsView = z.object({
  mode: tlsMode,
  /** The setting `tls.mode`, of which `mode` is what it comes to now. */
  choice: tlsChoice,
  source: certificateSource,
  /** Why there is no encryption although there should be, or what is wrong with it, as a sentence. */
  problem: z.string().nullable(),
  /** SHA-256 of the server's certificate, as pairs of hexadecimal digits with colons; null while there is none. */
  fingerprint: z.string().nullable(),
  /** Host names and addresses that the certificate is for. */
  names: z.array(z.string()),
  /** Names and addresses of this server that our authority may not vouch for, such as public ones. */
  missing: z.array(z.string()),
  startsAt: timeMs.nullable(),
  expiresAt: timeMs.nullable(),
  issuer: z.string().nullable(),
  /** Our authority: null while there is none, or where the certificate was brought along. */
  caFingerprint: z.string().nullable(),
  caExpiresAt: timeMs.nullable(),
  caPem: z.string().nullable(),
});
export type TlsView = z.infer<typeof tlsView>;

/** A certificate, with the chain to its authority below it, and the key that belongs to it. */
export const pemPair = z.object({
  certificate: z.string().min(1).max(100_000),
  key: z.string().min(1).max(20_000),
});
export type PemPair = z.infer<typeof pemPair>;

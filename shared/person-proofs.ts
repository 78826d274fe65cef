// What one person proves themself with, as the vault keeps it under their id. As a schema; never shown to anybody.

import * as z from 'zod';

export const personProofs = z.object({
  /** Argon2id, with its salt and cost in its own text. */
  password: z.string().nullable(),
  /** The secret of the authenticator app, in base 32. */
  totp: z.string().nullable(),
  /** Digests of the recovery codes that have not been used. */
  recovery: z.array(z.string()),
});
export type PersonProofs = Readonly<z.infer<typeof personProofs>>;

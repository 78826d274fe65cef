// Where certificates and their keys lie: certificates in the profile's own facts, each private key in the vault. Keys are
// written first and certificates after them, so that a crash in between leaves a pair that does not fit, which is then
// made anew. Decides nothing.

import type { PemPair } from '../../shared/tls-model.ts';

export type CertificateRole = 'authority' | 'server' | 'pem';

export type CertificateStore = {
  /** A certificate, or a chain, without its key. */
  readonly certificate: (role: CertificateRole) => string | undefined;
  /** Host names that the authority may vouch for. */
  readonly authorityNames: () => readonly string[];
  /** @throws KeyhatchError `vault_locked` */
  readonly key: (role: CertificateRole) => Promise<string | undefined>;
  /** @throws KeyhatchError `vault_locked`: the pair before may be gone then */
  readonly put: (role: CertificateRole, pair: PemPair) => Promise<void>;
  readonly putAuthority: (pair: PemPair, names: readonly string[]) => Promise<void>;
  /** @throws KeyhatchError `vault_locked` */
  readonly remove: (role: CertificateRole) => Promise<void>;
};

export type CertificateStorePorts = {
  readonly meta: {
    readonly get: (name: string) => string | undefined;
    readonly set: (name: string, value: string) => void;
    readonly remove: (name: string) => void;
  };
  readonly secrets: {
    readonly get: (name: string) => Promise<string | null>;
    readonly set: (name: string, value: string) => Promise<void>;
    readonly delete: (name: string) => Promise<void>;
  };
};

// Which names it was made for is kept beside it: nothing in Node reads them out of a certificate.
const namesFact = 'certificate_authority_names';
/** Of one vault entry: Windows takes 2,560 bytes, and an RSA key of 4,096 bits has more. */
const pieceChars = 2000;
const piecesMost = 10;

export function createCertificateStore({ meta, secrets }: CertificateStorePorts): CertificateStore {
  const fact = (role: CertificateRole) => `certificate_${role}`;
  const entry = (role: CertificateRole, piece: number) => `certificate/${role}/${piece}`;

  async function clear(role: CertificateRole, from: number): Promise<void> {
    for (let piece = from; piece < piecesMost; piece++) {
      if ((await secrets.get(entry(role, piece))) === null) return;
      await secrets.delete(entry(role, piece));
    }
  }

  async function put(role: CertificateRole, { certificate, key }: PemPair): Promise<void> {
    const pieces = key.match(new RegExp(`[^]{1,${pieceChars}}`, 'g')) ?? [];
    for (const [piece, text] of pieces.entries()) await secrets.set(entry(role, piece), text);
    await clear(role, pieces.length);
    meta.set(fact(role), certificate);
  }

  return {
    certificate: (role) => meta.get(fact(role)),
    authorityNames: () => meta.get(namesFact)?.split(' ') ?? [],
    async key(role) {
      let text = '';
      for (let piece = 0; piece < piecesMost; piece++) {
        const more = await secrets.get(entry(role, piece));
        if (more === null) break;
        text += more;
        if (more.length < pieceChars) break;
      }
      return text === '' ? undefined : text;
    },
    put,
    async putAuthority(pair, names) {
      await put('authority', pair);
      meta.set(namesFact, names.join(' '));
    },
    async remove(role) {
      meta.remove(fact(role));
      await clear(role, 0);
    },
  };
}

// Reads certificates as Node's own crypto sees them: what they say, whether a key fits, and whether a pair that somebody
// brought along can be served with. Makes none.

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { KeyhatchError } from '../../shared/errors.ts';
import type { PemPair } from '../../shared/tls-model.ts';
import { shortAddress } from './certificate-names.ts';

export type CertificateFacts = {
  /** SHA-256, as pairs of hexadecimal digits with colons. */
  readonly fingerprint: string;
  readonly names: readonly string[];
  readonly startsAt: number;
  readonly expiresAt: number;
  readonly issuer: string;
};

export function factsOf(pem: string): CertificateFacts {
  const certificate = new X509Certificate(pem);
  return {
    fingerprint: certificate.fingerprint256,
    names: namesOf(certificate),
    startsAt: Date.parse(certificate.validFrom),
    expiresAt: Date.parse(certificate.validTo),
    issuer: /(?:^|\n)CN=(.*)/.exec(certificate.issuer)?.[1] ?? certificate.issuer.replaceAll('\n', ', '),
  };
}

/** Whether a key belongs to a certificate, of a chain the first one. */
export function isPair(certificate: string, key: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}

/** Whether an authority signed this very certificate. */
export function isSignedBy(certificate: string, authority: string): boolean {
  const signer = new X509Certificate(authority);
  const signed = new X509Certificate(certificate);
  return signed.checkIssued(signer) && signed.verify(signer.publicKey);
}

/**
 * What can be served with of what somebody brought along.
 * @returns the chain as given and the key as PKCS #8, both PEM
 * @throws KeyhatchError `certificate_unsuitable`
 */
export function checkPair({ certificate, key }: PemPair, now: number): PemPair {
  const chain = readChain(certificate);
  const [server] = chain;
  if (!server) throw unsuitable('the file holds no certificate. It must begin with -----BEGIN CERTIFICATE-----');
  const privateKey = readKey(key);
  if (!server.checkPrivateKey(privateKey))
    throw unsuitable(
      'the key belongs to another certificate. The first certificate of the file must be the server’s own',
    );
  if (server.ca) throw unsuitable('its first certificate is that of an authority, not of a server');
  if (Date.parse(server.validTo) <= now) throw unsuitable(`it ended on ${server.validTo}`);
  if (Date.parse(server.validFrom) > now) throw unsuitable(`it is not valid before ${server.validFrom}`);
  if (namesOf(server).length === 0) throw unsuitable('it names no host and no address');
  const loose = chain.slice(1).find((issuer, i) => !chain[i]?.checkIssued(issuer));
  if (loose) throw unsuitable('its certificates are not in order: each must be signed by the one below it');
  const pair = {
    certificate: chain.map((one) => one.toString()).join(''),
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
  const reason = whyNotServed(pair);
  if (reason !== undefined) throw unsuitable(reason);
  return pair;
}

/** Why no server can be begun with this pair, whatever it says of itself: found by trying. */
export function whyNotServed({ certificate, key }: PemPair): string | undefined {
  try {
    createSecureContext({ cert: certificate, key });
    return undefined;
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // What OpenSSL says besides its code could quote what it was given.
    return (
      refusals[code] ?? `encryption refuses it (${/^ERR_[A-Z0-9_]+$/.test(code) ? code : 'it cannot be served with'})`
    );
  }
}

const refusals: Readonly<Record<string, string>> = {
  ERR_SSL_EE_KEY_TOO_SMALL: 'its key is too short to be safe. Make one of 2048 bits or more (RSA), or of 256 (EC)',
  ERR_SSL_CA_KEY_TOO_SMALL: 'an authority in its chain has a key that is too short to be safe',
  ERR_SSL_CA_MD_TOO_WEAK: 'a certificate of its chain is signed with a digest that is no longer safe. SHA-256 is',
};

function readChain(text: string): readonly X509Certificate[] {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g) ?? [];
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    throw unsuitable('a certificate in the file is damaged');
  }
}

function readKey(text: string): KeyObject {
  if (/ENCRYPTED/.test(text))
    throw unsuitable('its key is sealed with a passphrase. Take that away first: openssl pkey -in key.pem');
  try {
    return createPrivateKey(text);
  } catch {
    throw unsuitable('the key cannot be read. It must be a private key as PEM');
  }
}

function namesOf({ subjectAltName = '' }: X509Certificate): readonly string[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, kind, name = ''] = /^(DNS|IP Address):(.*)$/.exec(entry) ?? [];
    return kind === undefined ? [] : [kind === 'DNS' ? name.toLowerCase() : shortAddress(name)];
  });
}

function unsuitable(reason: string): KeyhatchError {
  return new KeyhatchError('certificate_unsuitable', { details: { reason } });
}

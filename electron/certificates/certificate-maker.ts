// Makes an authority of our own and certificates by it (RFC 5280), with @peculiar/x509. Keeps nothing and decides nothing;
// loaded when the first certificate is made, because the library is large and most starts need none.

// First, because the library below asks for it as it loads.
import 'reflect-metadata';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import {
  GeneralName,
  GeneralSubtree,
  GeneralSubtrees,
  id_ce_nameConstraints,
  NameConstraints,
} from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { type CertificateNames, ownBlocks } from './certificate-names.ts';

/** Both as PEM; the key as PKCS #8. */
export type MadeCertificate = { readonly certificate: string; readonly key: string };

type SigningKey = Parameters<typeof crypto.subtle.exportKey>[1];

const dayMs = 86_400_000;
const authorityLifeMs = 3650 * dayMs;
/** What browsers and systems accept at most: 397 days, both ends included. */
const serverLifeMs = 397 * dayMs - 1000;
/** For clients whose clock is a little behind ours. */
const backdatedMs = 3_600_000;

const curve = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const signing = { name: 'ECDSA', hash: 'SHA-256' } as const;

/**
 * An authority that can vouch for these names and for private addresses alone, and for no further authority.
 * @param names lower case; those with a dot in them stand for all below them too
 */
export async function makeAuthority(names: readonly string[], now: number): Promise<MadeCertificate> {
  const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const notBefore = now - backdatedMs;
  const certificate = await X509CertificateGenerator.createSelfSigned({
    // Told apart from one that was made before, in lists of what a system trusts.
    name: [{ O: ['Keyhatch'] }, { CN: [`Keyhatch authority ${randomBytes(4).toString('hex')}`] }],
    serialNumber: serial(),
    notBefore: new Date(notBefore),
    notAfter: new Date(notBefore + authorityLifeMs),
    keys,
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      nameConstraints(names),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return made(certificate, keys.privateKey);
}

/** A server's certificate for these names; ends with the authority at the latest. */
export async function makeServerCertificate(
  authority: MadeCertificate,
  { names, addresses }: CertificateNames,
  now: number,
): Promise<MadeCertificate> {
  const issuer = new X509Certificate(authority.certificate);
  const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const notBefore = now - backdatedMs;
  const certificate = await X509CertificateGenerator.create({
    // No host name: some programs would hold it against the authority's names in place of those below.
    subject: [{ O: ['Keyhatch'] }, { CN: ['Keyhatch server'] }],
    issuer: issuer.subjectName,
    serialNumber: serial(),
    notBefore: new Date(notBefore),
    notAfter: new Date(Math.min(notBefore + serverLifeMs, issuer.notAfter.getTime())),
    publicKey: keys.publicKey,
    signingKey: await signingKeyOf(authority.key),
    signingAlgorithm: signing,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension([
        ...names.map((value) => ({ type: 'dns' as const, value })),
        ...addresses.map((value) => ({ type: 'ip' as const, value })),
      ]),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
    ],
  });
  return made(certificate, keys.privateKey);
}

// What is not permitted of a kind that is named here is refused by whoever verifies: every other name and address.
function nameConstraints(names: readonly string[]): Extension {
  const dns = (dNSName: string) => subtree(new GeneralName({ dNSName }));
  const permitted = [...names.map(dns), ...ownBlocks.map((block) => subtree(new GeneralName({ iPAddress: block })))];
  // A machine called `dev` must not make its authority one for a whole top-level domain.
  const excluded = names.filter((name) => !name.includes('.')).map((name) => dns(`.${name}`));
  const constraints = new NameConstraints({
    permittedSubtrees: new GeneralSubtrees(permitted),
    excludedSubtrees: new GeneralSubtrees(excluded),
  });
  return new Extension(id_ce_nameConstraints, true, AsnConvert.serialize(constraints));
}

const subtree = (base: GeneralName) => new GeneralSubtree({ base });

async function made(certificate: X509Certificate, key: SigningKey): Promise<MadeCertificate> {
  const bytes = await crypto.subtle.exportKey('pkcs8', key);
  return { certificate: `${certificate.toString('pem')}\n`, key: `${PemConverter.encode(bytes, 'PRIVATE KEY')}\n` };
}

function signingKeyOf(pem: string): Promise<SigningKey> {
  const bytes = createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(bytes), curve, false, ['sign']);
}

// Positive and at most 20 bytes (RFC 5280, 4.1.2.2), with more than the 64 random bits that are asked for.
function serial(): string {
  return `01${randomBytes(16).toString('hex')}`;
}

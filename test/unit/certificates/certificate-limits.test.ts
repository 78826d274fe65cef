// What our authority can vouch for, judged by others: Node's own TLS and, where the machine has it, the openssl program.

// First, because the library of certificates asks for it as it loads.
import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { BasicConstraintsExtension, X509Certificate as Parsed, X509CertificateGenerator } from '@peculiar/x509';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type MadeCertificate,
  makeAuthority,
  makeServerCertificate,
} from '../../../electron/certificates/certificate-maker.ts';
import { wantedNames } from '../../../electron/certificates/certificate-names.ts';
import { checkPair } from '../../../electron/certificates/certificate-reading.ts';

const authority = await makeAuthority(['localhost', 'studio', 'studio.local', 'nas.example.org'], Date.now());
const leafFor = (name: string) =>
  makeServerCertificate(
    authority,
    /^[\d.]+$|:/.test(name) ? { names: [], addresses: [name] } : { names: [name], addresses: [] },
    Date.now(),
  );

/** What a client of Node says that trusts this authority and asks for this name; undefined when all is well. */
async function refusalOf({ certificate, key }: MadeCertificate, name: string): Promise<string | undefined> {
  const server = createServer({ cert: certificate, key }).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve) => {
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca: authority.certificate,
      ...(/^[\d.]+$|:/.test(name) ? {} : { servername: name }),
      // The name itself is looked at by the chain's verification; whether the socket went there is not the point.
      checkServerIdentity: () => undefined,
    });
    socket.once('secureConnect', () => resolve(undefined));
    socket.once('error', (error) => resolve(error.message));
    socket.once('close', () => resolve('closed'));
  }).finally(() => server.close()) as Promise<string | undefined>;
}

const vouched = [
  'localhost',
  'studio',
  'studio.local',
  'nas.example.org',
  '127.0.0.1',
  '192.168.1.7',
  '10.3.2.1',
  '172.31.0.1',
  '100.64.0.9',
  '::1',
  'fd00::7',
];
const refused = [
  'example.com',
  'www.studio',
  'example.org',
  'studio.local.example.com',
  '8.8.8.8',
  '172.32.0.1',
  '2001:db8::1',
  '100.128.0.1',
];

describe('a certificate by our authority verifies for this machine and its networks alone', () => {
  test.each(vouched)('%s does', async (name) => {
    expect(await refusalOf(await leafFor(name), name)).toBeUndefined();
  });
  test.each(refused)('%s does not', async (name) => {
    expect(await refusalOf(await leafFor(name), name)).toContain('subtree violation');
  });

  const openssl = spawnSync('openssl', ['version'], { encoding: 'utf8' });
  test
    .skipIf(openssl.status !== 0)
    .each([
      ...vouched.map((name) => [name, 'OK'] as const),
      ...refused.map((name) => [name, 'subtree violation'] as const),
    ])('openssl says of %s: %s', async (name, says) => {
    const folder = mkdtempSync(join(tmpdir(), 'kh-openssl-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'ca.pem'), authority.certificate);
    writeFileSync(join(folder, 'leaf.pem'), (await leafFor(name)).certificate);
    const { stdout, stderr } = spawnSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', 'ca.pem', 'leaf.pem'],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(stdout + stderr).toContain(says);
  });
});

test('the authority is one for ten years that cannot make another, and is bound by critical limits', () => {
  const { ca, subject, keyUsage, publicKey, validFrom, validTo } = new X509Certificate(authority.certificate);
  expect({ ca, keyUsage }).toEqual({ ca: true, keyUsage: ['1.3.6.1.5.5.7.3.1'] });
  expect(subject).toContain('O=Keyhatch');
  expect(publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
  expect(Date.parse(validTo) - Date.parse(validFrom)).toBe(3650 * 86_400_000);
  const text = spawnText(authority.certificate);
  if (text === undefined) return;
  expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
  expect(text).toMatch(/Key Usage: critical\s+Certificate Sign, CRL Sign/);
  expect(text).toMatch(/Name Constraints: critical\s+Permitted:/);
});

function spawnText(pem: string): string | undefined {
  const { status, stdout } = spawnSync('openssl', ['x509', '-noout', '-text'], { input: pem, encoding: 'utf8' });
  return status === 0 ? stdout : undefined;
}

test('a server certificate lives 397 days at most, and is good for servers alone', async () => {
  const leaf = new X509Certificate((await leafFor('localhost')).certificate);
  // Both ends are included, hence the second.
  expect(Date.parse(leaf.validTo) - Date.parse(leaf.validFrom) + 1000).toBe(397 * 86_400_000);
  expect(leaf.ca).toBe(false);
  expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
});

test('an authority below ours does not verify, nor what it signs', async () => {
  const curve = { name: 'ECDSA', namedCurve: 'P-256' };
  const keys = await crypto.subtle.generateKey(curve, true, ['sign', 'verify']);
  const rootKey = createPrivateKey(authority.key).export({ format: 'der', type: 'pkcs8' });
  const certificate = await X509CertificateGenerator.create({
    subject: 'CN=below',
    issuer: new Parsed(authority.certificate).subjectName,
    notBefore: new Date(Date.now() - 1000),
    notAfter: new Date(Date.now() + 86_400_000),
    publicKey: keys.publicKey,
    signingKey: await crypto.subtle.importKey('pkcs8', new Uint8Array(rootKey), curve, false, ['sign']),
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  const key = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey));
  const below = {
    certificate: `${certificate.toString('pem')}\n`,
    key: createPrivateKey({ key, format: 'der', type: 'pkcs8' }).export({ format: 'pem', type: 'pkcs8' }).toString(),
  };
  const leaf = await makeServerCertificate(below, { names: ['localhost'], addresses: [] }, Date.now());
  const chained = { ...leaf, certificate: leaf.certificate + below.certificate };
  expect(await refusalOf(chained, 'localhost')).toContain('path length');
});

test('which names are wanted: those of the machine, and the addresses behind the wildcards', () => {
  const address = (family: 'IPv4' | 'IPv6', text: string) =>
    ({
      address: text,
      family,
      netmask: '',
      mac: '',
      internal: false,
      cidr: null,
      ...(family === 'IPv6' ? { scopeid: 0 } : {}),
    }) as never;
  const machine = {
    hostname: 'Studio.Example.org',
    allowedHosts: ['nas.lan', 'not_a_name', '10.0.0.9'],
    listening: ['0.0.0.0', '[fd00:0::5]'],
    interfaces: { en0: [address('IPv4', '192.168.1.20'), address('IPv6', 'fe80::1'), address('IPv6', '2001:db8::9')] },
  };
  expect(wantedNames(machine)).toEqual({
    names: ['localhost', 'studio.example.org', 'studio', 'studio.local', 'nas.lan'],
    addresses: ['127.0.0.1', '::1', '192.168.1.20', 'fd00::5', '10.0.0.9'],
  });
  expect(wantedNames({ ...machine, listening: ['::'] }).addresses).toContain('2001:db8::9');
});

describe('what somebody brings along is looked at first', async () => {
  const leaf = await leafFor('localhost');
  const other = await leafFor('studio');
  const now = Date.now();
  const reason = (certificate: string, key: string, at = now) => {
    try {
      checkPair({ certificate, key }, at);
      return 'fits';
    } catch (error) {
      return (error as Error).message;
    }
  };
  const sealed = createPrivateKey(leaf.key)
    .export({ format: 'pem', type: 'pkcs8', cipher: 'aes-256-cbc', passphrase: 'x' })
    .toString();
  const ed = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  test.each([
    ['a pair with its chain', leaf.certificate + authority.certificate, leaf.key, 'fits'],
    ['the key of another certificate', leaf.certificate, other.key, 'belongs to another certificate'],
    ['a key of another kind', leaf.certificate, ed, 'belongs to another certificate'],
    [
      'a chain in the wrong order',
      authority.certificate + leaf.certificate,
      leaf.key,
      'belongs to another certificate',
    ],
    ['a chain with a stranger in it', leaf.certificate + other.certificate, leaf.key, 'not in order'],
    ['an authority', authority.certificate, authority.key, 'that of an authority'],
    ['no certificate', 'hello', leaf.key, 'holds no certificate'],
    ['a sealed key', leaf.certificate, sealed, 'sealed with a passphrase'],
    ['no key', leaf.certificate, leaf.certificate, 'key cannot be read'],
  ])('%s', (_what, certificate, key, says) => {
    expect(reason(certificate, key)).toContain(says);
  });
  test('one that has ended, and one that has not begun', () => {
    expect(reason(leaf.certificate, leaf.key, now + 400 * 86_400_000)).toContain('it ended on');
    expect(reason(leaf.certificate, leaf.key, now - 86_400_000)).toContain('not valid before');
  });
});

// Tests of the gateway over HTTPS: with KEYHATCH_TEST_TLS=1 the same tests speak to it encrypted, and trust the authority
// of the tests. `npm test` runs them both ways.

import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setDefaultCACertificates, connect as tlsConnect } from 'node:tls';
import {
  type MadeCertificate,
  makeAuthority,
  makeServerCertificate,
} from '../../electron/certificates/certificate-maker.ts';
import type { PortCredentials } from '../../electron/lib/tls-port.ts';

export const isOverTls = process.env['KEYHATCH_TEST_TLS'] === '1';

const names = { names: ['localhost'], addresses: ['127.0.0.1', '::1'] };
let made: Promise<MadeCertificate> | undefined;
const trusted = new Set<string>();

/** For `fetch` and every other client of this process, from now on; no authority of the world is trusted any more. */
export function trust(authorityPem: string): void {
  if (trusted.has(authorityPem)) return;
  trusted.add(authorityPem);
  setDefaultCACertificates([...trusted]);
}

/** One authority for all tests of a file. */
export function testAuthority(): Promise<MadeCertificate> {
  made ??= makeAuthority(['localhost', 'studio.local'], Date.now()).then((authority) => {
    trust(authority.certificate);
    return authority;
  });
  return made;
}

export async function testCredentials(more: Partial<typeof names> = {}): Promise<PortCredentials> {
  const { certificate, key } = await makeServerCertificate(await testAuthority(), { ...names, ...more }, Date.now());
  return { cert: certificate, key };
}

export const request = isOverTls ? httpsRequest : httpRequest;

/** A connection to this machine, encrypted where the tests are; `begin` is told when bytes may be written. */
export function openSocket(port: number, begin: () => void = () => {}): Socket {
  return isOverTls ? openTlsSocket(port, begin) : connect(port, '127.0.0.1', begin);
}

function openTlsSocket(port: number, begin: () => void = () => {}): Socket {
  return tlsConnect({ port, host: '127.0.0.1', ALPNProtocols: ['http/1.1'] }, begin);
}

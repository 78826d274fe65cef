// A gateway bed with ways in that are open, matched by the real registry of ways and checked against a real verifier store;
// and requests whose every header a test writes itself.

import { networkInterfaces } from 'node:os';
import { createWaysIn, type WaysIn } from '../../electron/core/ways-in.ts';
import { systemClock } from '../../electron/lib/clock.ts';
import { createMemoryVault } from '../../electron/vault/memory-vault.ts';
import { openVerifierStore } from '../../electron/vault/verifier-store.ts';
import { makeKey } from '../../shared/key-format.ts';
import type { KeptWay } from '../../shared/ways-model.ts';
import { type Bed, type BedOptions, makeBed } from './gateway-bed.ts';
import { request } from './over-tls.ts';

export const waysKeyId = 'waysKey1';

type PathFacts = Partial<Extract<KeptWay, { readonly kind: 'path_token' }>>;

export type WaysBed = Bed & {
  readonly waysIn: WaysIn;
  readonly addRule: (cidr: string, keyId?: string) => KeptWay;
  /** Opens the second port on this host; returns where it listens. */
  readonly openPort: (host?: string, keyId?: string) => Promise<{ readonly way: KeptWay; readonly port: number }>;
  readonly addPath: (facts?: PathFacts) => Promise<{ readonly way: KeptWay; readonly token: string }>;
};

export async function makeWaysBed(options: BedOptions = {}): Promise<WaysBed> {
  const verifiers = await openVerifierStore({ vault: createMemoryVault(), knownKeyIds: [] });
  const clock = options.clock ?? systemClock;
  const waysIn = createWaysIn({
    kept: [],
    registry: { get: () => undefined, locked: () => undefined },
    vault: { verifiers: () => verifiers, locked: () => undefined },
    settings: () => ({ 'access.credentials': 'keys' }),
    clock,
  });
  const bed = await makeBed({ ...options, key: { id: waysKeyId, ...options.key }, ways: waysIn });
  const { gateway } = bed;
  let made = 0;
  const common = (keyId = waysKeyId) => ({ id: `way${++made}`, keyId, createdAt: clock.now() });
  const put = (way: KeptWay) => {
    waysIn.put(way);
    return way;
  };
  return {
    ...bed,
    waysIn,
    addRule: (cidr, keyId) => put({ ...common(keyId), kind: 'address_rule', cidr }),
    async openPort(host = '127.0.0.1', keyId) {
      await gateway.secondPort.listenOn([host], 0);
      const port = Number(new URL(gateway.secondPort.urls()[0] ?? '').port);
      return { way: put({ ...common(keyId), kind: 'second_port', port, hosts: [host] }), port };
    },
    async addPath(facts = {}) {
      const { id, key: token } = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'khp');
      await verifiers.put(id, token, null);
      const usual = { name: 'tv', networks: ['this-computer'], models: null, expiresAt: clock.now() + 60_000 };
      const way = put({ ...common(), ...usual, ...facts, kind: 'path_token', id });
      return { way, token };
    },
  };
}

/** An address of this machine that is not the loopback one; for who connects from it to it, see `machineAddresses`. */
export function lanAddress(): string | undefined {
  return Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === 'IPv4' && !one.internal)?.address;
}

export type Plain = { readonly status: number; readonly code: string | undefined; readonly text: string };

/** One request over a connection of its own, with no header that the test did not write. */
export function plain(
  at: { readonly host?: string; readonly port: number },
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Plain> {
  const { host = '127.0.0.1', port } = at;
  const said = body === undefined ? headers : { 'content-type': 'application/json', ...headers };
  return new Promise((resolve, reject) => {
    const sent = request({
      host,
      port,
      path,
      method: body === undefined ? 'GET' : 'POST',
      headers: { host: `${host}:${port}`, ...said },
      agent: false,
      // Who signed it is looked at, for whom is not: no certificate of ours names a public address of this machine.
      ...{ servername: '', checkServerIdentity: () => undefined },
    });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.once('error', reject);
      answer.once('end', () =>
        resolve({ status: answer.statusCode ?? 0, code: answer.headers['x-keyhatch-error']?.toString(), text }),
      );
    });
    sent.end(body);
  });
}

// Ways in without a key of the fake instance: one of each kind.

import { makeKey } from '../../../shared/key-format.ts';
import type { WayFacts } from '../../../shared/ways-model.ts';

type Of<Kind extends WayFacts['kind']> = Extract<WayFacts, { readonly kind: Kind }>;

const of = (createdAt: number) => ({ keyId: '7Fq2mZ9a', keyName: 'laptop', createdAt, problem: null });

/** @param now what the fake instance has for the time */
export function fakeWays(now: number) {
  const heater: Of<'address_rule'> = { id: 'wayrule1', kind: 'address_rule', cidr: '192.168.1.20', ...of(now) };
  const sidePort: Of<'second_port'> = {
    id: 'wayport1',
    kind: 'second_port',
    port: 1300,
    hosts: ['127.0.0.1'],
    urls: ['http://127.0.0.1:1300'],
    ...of(now),
  };
  const tvPath: Of<'path_token'> = {
    id: 'waypath1',
    kind: 'path_token',
    name: 'tv',
    networks: ['my-network'],
    models: null,
    expiresAt: now + 30 * 86_400_000,
    ...of(now),
    problem: 'Its key "laptop" is paused.',
  };
  const { key: pathToken } = makeKey((bytes) => bytes.fill(7), 'khp', tvPath.id);
  return { heater, sidePort, tvPath, pathToken, waysOpen: [heater, sidePort, tvPath] };
}

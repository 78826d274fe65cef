// What people do with ways in without a key: look, open and close. Each opening and closing is noted; what a way that closes
// had let in ends with it. The vault is written before storage where a path token comes into being, and after it where one goes.

import { KeyhatchError } from '../../shared/errors.ts';
import { type FillRandom, makeId, makeKey } from '../../shared/key-format.ts';
import type {
  KeptWay,
  NewAddressRule,
  NewPathToken,
  NewSecondPort,
  OpenedPath,
  WayFacts,
} from '../../shared/ways-model.ts';
import type { Clock } from '../lib/clock.ts';
import { createTurns } from '../lib/turns.ts';
import { isLoopbackHost, publicConsequence } from './access-sentence.ts';
import type { RecordHistory } from './history.ts';
import type { Interfaces } from './interfaces.ts';
import { type KeyRegistry, type RegisteredKey, resolveKey, type VaultDoor } from './key-registry.ts';
import { createSecondPort, publicPlaces, type SecondPortPorts } from './second-port.ts';
import { openVerifiers } from './vault-door.ts';
import type { PathTokenWay, WaysIn } from './ways-in.ts';

export type WayPorts = SecondPortPorts & {
  readonly ways: WaysIn;
  readonly store: { readonly put: (way: KeptWay) => void; readonly remove: (id: string) => void };
  readonly registry: KeyRegistry;
  readonly vault: VaultDoor;
  /** Told when something that lets programs in was closed, so that what runs by it ends. */
  readonly onClosed: () => void;
  /** Told after every change of what the list says. */
  readonly onChange: () => void;
  readonly fillRandom: FillRandom;
  readonly record: RecordHistory;
  readonly clock: Clock;
};

export type Ways = {
  readonly list: () => WayFacts[];
  /** How many let somebody in now. */
  readonly open: () => number;
  /** @throws KeyhatchError `key_not_found`, `key_revoked_final`, `key_wrong_kind`, `name_taken` */
  readonly addRule: (input: NewAddressRule) => WayFacts;
  /** @throws KeyhatchError the same, `confirmation_needed`, `port_in_use`, `address_unavailable` */
  readonly setPort: (input: NewSecondPort) => Promise<WayFacts>;
  /** @throws KeyhatchError the same, `vault_locked` */
  readonly addPath: (input: NewPathToken) => Promise<OpenedPath>;
  /** @throws KeyhatchError `way_not_found` */
  readonly close: (id: string) => Promise<WayFacts[]>;
  /** To be called when the gateway listens: the second port follows. Never fails; the list says what is wrong. */
  readonly follow: () => Promise<void>;
  /** To be called when the addresses of this machine changed. False while the second port cannot have some of its own. */
  readonly look: () => Promise<boolean>;
  /** To be called when a key changed: with a key that is gone go its ways. */
  readonly keyChanged: (keyId: string) => void;
};

const dayMs = 86_400_000;

export function createWays(ports: WayPorts): Ways {
  const { ways, store, registry, clock, record } = ports;
  const secondPort = createSecondPort(ports);
  // One change of the second port at a time.
  const inTurn = createTurns();

  function usableKey(ref: string): RegisteredKey {
    const key = resolveKey(registry, ref);
    if (key.revokedAt !== null) throw new KeyhatchError('key_revoked_final', { details: { name: key.name } });
    if (key.kind !== 'inference') throw new KeyhatchError('key_wrong_kind');
    return key;
  }

  function factsOf(way: KeptWay): WayFacts {
    const shown = { keyName: registry.get(way.keyId)?.name ?? way.keyId, problem: ways.problemOf(way) };
    if (way.kind !== 'second_port') return { ...way, ...shown };
    const problem = shown.problem ?? secondPort.problem();
    return { ...way, keyName: shown.keyName, problem, urls: [...secondPort.urls()] };
  }

  function keep(way: KeptWay): void {
    store.put(way);
    ways.put(way);
    record({ action: 'created', subject: subjectOf(way), after: noted(way) });
    ports.onChange();
  }

  function forget(way: KeptWay): void {
    store.remove(way.id);
    ways.remove(way.id);
    record({ action: 'deleted', subject: subjectOf(way), before: noted(way) });
    ports.onClosed();
    ports.onChange();
  }

  // As people read it: the key by its name.
  function noted({ keyId, ...way }: KeptWay) {
    return { ...way, key: registry.get(keyId)?.name ?? keyId };
  }

  function freshId(): string {
    for (;;) {
      const id = makeId(ports.fillRandom);
      // Path tokens are checked by the same shelf as keys.
      if (!registry.get(id) && !ways.get(id)) return id;
    }
  }

  async function takeAway(way: KeptWay): Promise<void> {
    // Another may have taken its place, or closed it, before it was its turn.
    if (ways.get(way.id) !== way) return;
    forget(way);
    if (way.kind === 'second_port') await secondPort.close();
    // Where the vault is locked, nobody gets in by it either: no way of that id is there any more.
    if (way.kind === 'path_token') {
      const removed = ports.vault.verifiers()?.remove(way.id);
      await removed?.catch((error: unknown) => ports.log.warn('what a path token is checked with stays', { error }));
    }
  }

  return {
    list: () => ways.all().map(factsOf),
    open: () => ways.all().filter((way) => ways.problemOf(way) === null).length,
    addRule({ key: ref, cidr }) {
      const key = usableKey(ref);
      if (ways.all().some((way) => way.kind === 'address_rule' && way.cidr === cidr))
        throw new KeyhatchError('name_taken', { details: { name: cidr } });
      const way = { id: freshId(), kind: 'address_rule', keyId: key.id, createdAt: clock.now(), cidr } as const;
      keep(way);
      return factsOf(way);
    },
    setPort: ({ key: ref, port, hosts, confirm }) =>
      inTurn(async () => {
        const key = usableKey(ref);
        if (!confirm && !hosts.every(isLoopbackHost)) throw beyondThisComputer(key.name, hosts, ports.interfaces());
        const before = ways.forSecondPort();
        // Who comes by the new place while it opens must not count as the key that the one before was bound to.
        ways.holdSecondPort(true);
        try {
          await secondPort.moveTo({ hosts, port }, before);
          if (before) forget(before);
          const made = { id: freshId(), keyId: key.id, createdAt: clock.now() };
          const way = { ...made, kind: 'second_port', port, hosts } as const;
          keep(way);
          return factsOf(way);
        } finally {
          ways.holdSecondPort(false);
        }
      }),
    async addPath({ key: ref, name, networks, models, days }) {
      const key = usableKey(ref);
      const { id, key: token } = makeKey(ports.fillRandom, 'khp', freshId());
      const createdAt = clock.now();
      const expiresAt = createdAt + days * dayMs;
      const way: PathTokenWay = { id, kind: 'path_token', keyId: key.id, createdAt, name, networks, models, expiresAt };
      await openVerifiers(ports.vault).put(id, token, null);
      keep(way);
      return { way: { ...way, keyName: key.name, problem: ways.problemOf(way) }, path: `/k/${token}` };
    },
    async close(id) {
      const way = ways.get(id);
      if (!way) throw new KeyhatchError('way_not_found', { details: { id } });
      await inTurn(() => takeAway(way));
      return ways.all().map(factsOf);
    },
    follow: () =>
      inTurn(async () => {
        const way = ways.forSecondPort();
        if (!way) return;
        await secondPort.follow(way);
        ports.onChange();
      }),
    look: () =>
      inTurn(async () => {
        const way = ways.forSecondPort();
        if (!way) return true;
        const isWhole = await secondPort.look(way);
        ports.onChange();
        return isWhole;
      }),
    keyChanged(keyId) {
      if (registry.get(keyId)) return;
      for (const way of ways.all().filter((one) => one.keyId === keyId)) {
        // It lets nobody in any more, whether or not that can be written down.
        inTurn(() => takeAway(way)).catch((error: unknown) => ports.log.error('a way in stays on the list', { error }));
      }
    },
  };
}

function beyondThisComputer(name: string, hosts: readonly string[], interfaces: Interfaces): KeyhatchError {
  const anyProgram = `Any program in your network could then use your models as the key "${name}", without sending one.`;
  const inPublic = publicConsequence(publicPlaces(hosts, interfaces));
  const consequence = inPublic === undefined ? anyProgram : `${anyProgram} ${inPublic}`;
  return new KeyhatchError('confirmation_needed', { details: { consequence } });
}

function subjectOf(way: KeptWay) {
  const name = way.kind === 'address_rule' ? way.cidr : way.kind === 'second_port' ? `port ${way.port}` : way.name;
  return { kind: 'way', id: way.id, name } as const;
}

// The ways in without a key, in memory: what the gateway asks on every request, and why a way lets nobody in at the moment.
// Only ways.ts changes it. Holds no path token: those are checked with what the vault keeps, as keys are.

import { addressBytes, isInBlock, type NetworkBlock, readNetwork } from '../../shared/networks.ts';
import type { Settings } from '../../shared/settings.ts';
import type { KeptWay } from '../../shared/ways-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { KeyRegistry, VaultDoor } from './key-registry.ts';

export type PathTokenWay = Extract<KeptWay, { readonly kind: 'path_token' }>;
export type SecondPortWay = Extract<KeptWay, { readonly kind: 'second_port' }>;

export type WaysIn = {
  readonly all: () => readonly KeptWay[];
  readonly get: (id: string) => KeptWay | undefined;
  readonly put: (way: KeptWay) => void;
  readonly remove: (id: string) => void;
  readonly forSecondPort: () => SecondPortWay | undefined;
  /** Whether the second port lets nobody in for a moment, while it moves. */
  readonly holdSecondPort: (held: boolean) => void;
  readonly forAddress: (clientAddress: string) => KeptWay | undefined;
  readonly findPathToken: (token: string) => PathTokenWay | undefined;
  readonly isOpen: (id: string) => boolean;
  /** Why it lets nobody in now, as a sentence; null when it does. */
  readonly problemOf: (way: KeptWay) => string | null;
};

export type WaysInPorts = {
  readonly kept: readonly KeptWay[];
  readonly registry: Pick<KeyRegistry, 'get' | 'locked'>;
  readonly vault: VaultDoor;
  readonly settings: () => Pick<Settings, 'access.credentials'>;
  readonly clock: Clock;
};

type Rule = { readonly way: KeptWay; readonly block: NetworkBlock };

export function createWaysIn({ kept, registry, vault, settings, clock }: WaysInPorts): WaysIn {
  const ways = new Map(kept.map((way) => [way.id, way]));
  // The narrowest first: who named one machine meant it, whatever holds for its network.
  let rules: readonly Rule[] = [];
  let second: SecondPortWay | undefined;
  let secondIsHeld = false;
  sort();

  function sort(): void {
    rules = [...ways.values()].flatMap(ruleOf).sort((a, b) => b.block.prefix - a.block.prefix);
    second = [...ways.values()].find((way) => way.kind === 'second_port');
  }

  function standingOf(way: KeptWay): string | null {
    const key = registry.get(way.keyId);
    if (!key) return 'Its key is gone.';
    if (key.revokedAt !== null) return `Its key "${key.name}" has been revoked.`;
    if (key.status === 'expired') return `Its key "${key.name}" has expired.`;
    return key.status === 'paused' ? `Its key "${key.name}" is paused.` : null;
  }

  return {
    all: () => [...ways.values()],
    get: (id) => ways.get(id),
    put(way) {
      ways.set(way.id, way);
      sort();
    },
    remove(id) {
      ways.delete(id);
      sort();
    },
    forSecondPort: () => (secondIsHeld ? undefined : second),
    holdSecondPort(held) {
      secondIsHeld = held;
    },
    forAddress(clientAddress) {
      if (rules.length === 0) return undefined;
      const address = addressBytes(clientAddress);
      return address && rules.find(({ block }) => isInBlock(address, block))?.way;
    },
    findPathToken(token) {
      const found = vault.verifiers()?.find(token, clock.now());
      const way = found && ways.get(found.keyId);
      return way?.kind === 'path_token' ? way : undefined;
    },
    isOpen(id) {
      const way = ways.get(id);
      if (!way || settings()['access.credentials'] === 'tokens') return false;
      return way.kind !== 'path_token' || way.expiresAt > clock.now();
    },
    problemOf(way) {
      if (settings()['access.credentials'] === 'tokens') return 'This server takes short-lived tokens alone.';
      if (way.kind !== 'path_token') return standingOf(way);
      if (way.expiresAt <= clock.now()) return 'It has expired.';
      // A locked vault says nothing about a single token.
      if (vault.verifiers()?.has(way.id) === false) return 'Its token is no longer in the vault: make a new one.';
      return standingOf(way);
    },
  };
}

function ruleOf(way: KeptWay): Rule[] {
  if (way.kind !== 'address_rule') return [];
  const read = readNetwork(way.cidr);
  return read.ok && typeof read.network !== 'string' ? [{ way, block: read.network }] : [];
}

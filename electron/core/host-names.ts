// What the names among the hosts of the settings lead to. Names are looked up here and nowhere else, and what is listened on is the
// address that was found: nobody asks a second time and gets another answer. Decides nothing about who may come in.

import { isIP } from 'node:net';
import { interfaceNameOf, lanWord, scopeOf } from '../../shared/network-model.ts';
import { bareHost } from '../lib/bare-host.ts';

export type HostNames = {
  /** Asks anew. @returns the names that lead nowhere, and never did */
  readonly lookUp: (hosts: readonly string[]) => Promise<readonly string[]>;
  /** Asks for those that were never looked up. */
  readonly lookUpNew: (hosts: readonly string[]) => Promise<void>;
  /** Where a name led when it was last looked up. */
  readonly addressOf: (name: string) => string | undefined;
};

/** Hosts that are no address, no interface and not the word for all private networks. */
export function namesAmong(hosts: readonly string[]): readonly string[] {
  return hosts.filter((host) => isIP(bareHost(host)) === 0 && interfaceNameOf(host) === undefined && host !== lanWord);
}

/** @param lookup every address of a name; rejects where there is none */
export function createHostNames({
  lookup,
}: {
  readonly lookup: (name: string) => Promise<readonly string[]>;
}): HostNames {
  const known = new Map<string, string>();

  // One address a name, the one that it had if it still has it: an answer in another order moves nobody. Of several a public one
  // comes last.
  async function lookUpOne(name: string): Promise<void> {
    const found = await lookup(name).catch(() => []);
    const before = known.get(name);
    const next =
      found.find((address) => address === before) ?? found.find((address) => scopeOf(address) !== 'public') ?? found[0];
    // Who cannot be asked now, after a sleep for one, has said nothing new.
    if (next !== undefined) known.set(name, next);
  }

  return {
    async lookUp(hosts) {
      const names = namesAmong(hosts);
      await Promise.all(names.map(lookUpOne));
      return names.filter((name) => !known.has(name));
    },
    async lookUpNew(hosts) {
      await Promise.all(
        namesAmong(hosts)
          .filter((name) => !known.has(name))
          .map(lookUpOne),
      );
    },
    addressOf: (name) => known.get(name),
  };
}

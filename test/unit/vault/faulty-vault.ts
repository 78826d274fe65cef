// A memory vault that can be told to fail or hang, counts what is done to it and lets a test look inside.

import type { Vault } from '../../../electron/vault/vault.ts';
import { vaultLocked } from '../../../electron/vault/vault.ts';

export type FaultyVault = Vault & {
  readonly values: Map<string, string>;
  /** Every write and delete that was asked for, as `set verifiers/0`, in order. */
  readonly changes: string[];
  /** What happens to a change from now on: its fault, or undefined to let it pass. */
  readonly failWhen: (fault: (change: string) => 'fail' | 'fail after' | undefined) => void;
};

export function createFaultyVault(values = new Map<string, string>()): FaultyVault {
  const changes: string[] = [];
  let faultOf: (change: string) => 'fail' | 'fail after' | undefined = () => undefined;
  async function attempt(change: string, work: () => void): Promise<void> {
    changes.push(change);
    const fault = faultOf(change);
    if (fault !== 'fail') work();
    if (fault) throw vaultLocked('memory', 'the test says so');
  }
  return {
    kind: 'memory',
    values,
    changes,
    failWhen: (fault) => {
      faultOf = fault;
    },
    get: async (name) => values.get(name) ?? null,
    set: (name, value) => attempt(`set ${name}`, () => values.set(name, value)),
    delete: (name) => attempt(`delete ${name}`, () => values.delete(name)),
  };
}

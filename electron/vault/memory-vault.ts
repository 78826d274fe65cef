// A vault that ends with the process: for tests and for runs that are meant to leave nothing behind.

import type { Vault } from './vault.ts';

export function createMemoryVault(): Vault {
  const values = new Map<string, string>();
  return {
    kind: 'memory',
    get: async (name) => values.get(name) ?? null,
    set: async (name, value) => {
      values.set(name, value);
    },
    delete: async (name) => {
      values.delete(name);
    },
  };
}

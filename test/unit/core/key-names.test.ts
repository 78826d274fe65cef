// Which key people mean by a name, where several had it before names were unique, and where one has been revoked.

import { expect, test } from 'vitest';
import { createKeyRegistry, type KeptKey, resolveKey } from '../../../electron/core/key-registry.ts';
import { heldClock, plainKey } from '../storage/fixtures/open-profile.ts';

const registryOf = (...keys: Partial<KeptKey>[]) => {
  const kept = keys.map((key) => ({ ...plainKey, ...key }));
  return createKeyRegistry({
    store: {
      list: () => kept,
      get: (id) => kept.find((key) => key.id === id),
      insert: () => {},
      update: () => false,
      remove: () => false,
    },
    vault: { verifiers: () => undefined, locked: () => undefined },
    clock: heldClock(5),
    today: () => ({ requests: 0, tokensIn: 0, tokensOut: 0 }),
    budgets: () => [],
    projectName: (id) => `project ${id}`,
    person: (id) => ({ name: `person ${id}`, bar: null }),
  });
};

test('two that work are told apart by their ids alone', () => {
  const twins = registryOf({ id: 'aaaaaaaa', name: 'twin' }, { id: 'bbbbbbbb', name: 'Twin' });
  expect(() => resolveKey(twins, 'TWIN')).toThrow('aaaaaaaa, bbbbbbbb');
  expect(resolveKey(twins, 'bbbbbbbb').name).toBe('Twin');
});

test('a revoked one leaves its name to one that works, and has it as long as there is none', () => {
  const one = { id: 'aaaaaaaa', name: 'k', revokedAt: 1 };
  expect(resolveKey(registryOf(one), 'k').id).toBe('aaaaaaaa');
  expect(resolveKey(registryOf(one, { id: 'bbbbbbbb', name: 'k' }), 'k').id).toBe('bbbbbbbb');
  expect(resolveKey(registryOf(one, { id: 'bbbbbbbb', name: 'k' }), 'aaaaaaaa').id).toBe('aaaaaaaa');
  const both = registryOf(one, { id: 'bbbbbbbb', name: 'k', revokedAt: 2 });
  expect(() => resolveKey(both, 'k')).toThrow('aaaaaaaa, bbbbbbbb');
});

test('facts name the project and keep its id', () => {
  const registry = registryOf({ projectId: 'p1' });
  const [key] = registry.all();
  expect(key && registry.facts(key)).toMatchObject({ project: 'project p1', projectId: 'p1' });
});

test('an id means its own key alone, whatever another one is called', () => {
  const registry = registryOf({ id: 'aaaaaaaa', name: 'k' }, { id: 'bbbbbbbb', name: 'aaaaaaaa' });
  expect(resolveKey(registry, 'aaaaaaaa').name).toBe('k');
  expect(resolveKey(registry, 'AAAAAAAA').id).toBe('bbbbbbbb');
});

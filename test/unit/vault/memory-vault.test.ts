import { expect, test } from 'vitest';
import { createMemoryVault } from '../../../electron/vault/memory-vault.ts';

test('a memory vault keeps, replaces and forgets values by name', async () => {
  const vault = createMemoryVault();
  expect(vault.kind).toBe('memory');
  expect(await vault.get('root')).toBeNull();
  await vault.set('root', 'one');
  await vault.set('root', 'two');
  expect(await vault.get('root')).toBe('two');
  await vault.delete('root');
  await vault.delete('root');
  expect(await vault.get('root')).toBeNull();
});

test('two memory vaults share nothing', async () => {
  const [one, other] = [createMemoryVault(), createMemoryVault()];
  await one.set('root', 'mine');
  expect(await other.get('root')).toBeNull();
});

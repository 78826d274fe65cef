// The vault's part of a restore, cut off at every single change: before the decision what counts is untouched, after it
// doing it once more always comes to the same.

import { expect, test } from 'vitest';
import { plannedStage, stage, takeOver, unstage, type VaultContent } from '../../../electron/vault/restore-stage.ts';
import { openVerifierStore } from '../../../electron/vault/verifier-store.ts';
import { createFaultyVault } from './faulty-vault.ts';

const idOf = (n: number) => `key${String(n).padStart(5, '0')}`;

/** A vault with so many keys in it, and its content. */
async function filled(keys: number, secret: string) {
  const vault = createFaultyVault();
  const store = await openVerifierStore({ vault, knownKeyIds: [] });
  for (let n = 0; n < keys; n++) await store.put(idOf(n), `${secret}-${n}`, null);
  const content: VaultContent = {
    root: vault.values.get('root') ?? '',
    verifiers: store.ids().map((keyId, n) => ({ keyId, digest: store.digest(`${secret}-${n}`), until: null })),
    upstreamSecrets: { up1: `upstream of ${secret}` },
  };
  return { vault, content };
}

const live = (values: ReadonlyMap<string, string>) =>
  Object.fromEntries([...values].filter(([name]) => !name.startsWith('restore/')).sort());

test.each([
  [2, 65],
  [65, 2],
  [3, 0],
])('from %i keys to %i, cut off anywhere', async (before, after) => {
  const backup = await filled(after, 'new');
  const { content } = backup;
  const staged = plannedStage(content);
  const clean = await filled(before, 'old');
  await stage(clean.vault, content);
  const stageChanges = clean.vault.changes.length;
  await takeOver(clean.vault, staged);
  const wanted = live(clean.vault.values);
  await unstage(clean.vault, staged);
  expect(live(clean.vault.values)).toEqual(wanted);
  expect([...clean.vault.values.keys()].filter((name) => name.startsWith('restore/'))).toEqual([]);
  const total = clean.vault.changes.length;
  const madeBy = before + 1;

  let cuts = 0;
  for (const fault of ['fail', 'fail after'] as const) {
    for (let at = 1; at < total; at++) {
      const { vault } = await filled(before, 'old');
      const untouched = live(vault.values);
      const made = vault.changes.length;
      vault.failWhen(() => (vault.changes.length === made + at ? fault : undefined));
      const stagedWhole = await stage(vault, content).then(
        () => true,
        () => false,
      );
      expect(live(vault.values), `stage cut off at ${at}`).toEqual(untouched);
      cuts += 1;
      if (!stagedWhole) continue;
      await takeOver(vault, staged).catch(() => {});
      vault.failWhen(() => undefined);
      expect(await takeOver(vault, staged)).toBe(true);
      expect(live(vault.values), `take-over cut off at ${at}`).toEqual(wanted);
    }
  }
  expect(cuts).toBeGreaterThan(2 * (stageChanges - madeBy));
});

test('what takes over opens with the backup’s keys, and the old ones are gone', async () => {
  const { content } = await filled(40, 'new');
  const { vault } = await filled(33, 'old');
  await stage(vault, content);
  await takeOver(vault, plannedStage(content));
  const store = await openVerifierStore({ vault, knownKeyIds: [idOf(0)] });
  expect(store.find('new-39', 0)).toEqual({ keyId: idOf(39), until: null });
  expect(store.find('old-1', 0)).toBeUndefined();
  expect(vault.values.get('upstream/up1')).toBe('upstream of new');
});

test('a stage that is not whole takes over nothing', async () => {
  const { content } = await filled(2, 'new');
  const { vault } = await filled(2, 'old');
  await stage(vault, content);
  vault.values.delete('restore/root');
  const before = live(vault.values);
  expect(await takeOver(vault, plannedStage(content))).toBe(false);
  expect(live(vault.values)).toEqual(before);
});

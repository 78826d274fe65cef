// Capture in the composed house: it ends by itself at its time, by a clock that the test holds; and with the vault locked
// nothing is captured, which is said, while requests go on.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../electron/lib/clock.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { House } from '../../../electron/shell.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { type ComposedHouse, composeHouse } from '../../fakes/composed-house.ts';

const hourMs = 3_600_000;

function movableClock() {
  let aheadMs = 0;
  return {
    now: () => systemClock.now() + aheadMs,
    monotonic: () => systemClock.monotonic() + aheadMs,
    goOn: (ms: number) => {
      aheadMs += ms;
    },
  };
}

const clientOf = (house: House) =>
  createRouterClient(house.router, {
    context: { caller: atTheMachine },
    interceptors: [errorsFromWire(), errorsToWire(silentLog)],
  });

async function isCaptured({ gatewayUrl }: Pick<ComposedHouse, 'gatewayUrl'>, key: string | null): Promise<boolean> {
  const response = await fetch(`${gatewayUrl()}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === null ? {} : { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hi' }] }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-keyhatch-captured') === '1';
}

test('ends by itself on time, and what is too old goes', async () => {
  const clock = movableClock();
  const composed = await composeHouse({ clock });
  const { house } = composed;
  const client = clientOf(house);
  const { key } = await client.keys.create({ name: 'laptop' });
  await client.capture.start({ ref: 'laptop', forMs: hourMs });
  expect(await isCaptured(composed, key)).toBe(true);
  clock.goOn(hourMs - 10_000);
  expect(await isCaptured(composed, key)).toBe(true);
  expect(house.status().capture.on).toHaveLength(1);
  clock.goOn(10_000);
  expect(await isCaptured(composed, key)).toBe(false);
  expect(house.status().capture.on).toEqual([]);
  // What is kept stays until it is too old.
  expect(await client.capture.list()).toMatchObject({ on: [], requests: 2 });
});

test('a longer time than seven days cannot be had', async () => {
  const { house } = await composeHouse();
  const client = clientOf(house);
  await client.keys.create({ name: 'laptop' });
  const call = client.capture.start({ ref: 'laptop', forMs: 7 * 24 * hourMs + 1 });
  await expect(call).rejects.toMatchObject({ code: 'input_invalid' });
  expect(house.status().capture.on).toEqual([]);
});

test('a key that is deleted takes its mark along', async () => {
  const { house } = await composeHouse();
  const client = clientOf(house);
  const { id } = await client.keys.create({ name: 'laptop' });
  await client.capture.start({ ref: id });
  await client.keys.delete({ ref: id });
  expect(house.status().capture.on).toEqual([]);
});

test('what is older than it may be goes', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kh-aged-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const keyFile = join(await mkdtemp(join(tmpdir(), 'kh-key-')), 'vault.key');
  const shell = { dataDir, vault: 'file' as const, env: { KEYHATCH_VAULT_KEY_FILE: keyFile } };
  const young = await composeHouse(shell);
  const { key } = await clientOf(young.house).keys.create({ name: 'laptop' });
  await clientOf(young.house).capture.start({ ref: 'laptop' });
  expect(await isCaptured(young, key)).toBe(true);
  expect(await clientOf(young.house).capture.list()).toMatchObject({ requests: 1 });
  await young.house.stop();

  const clock = movableClock();
  clock.goOn(8 * 24 * hourMs);
  const { house } = await composeHouse({ ...shell, env: { KEYHATCH_VAULT_KEY_FILE: keyFile }, clock });
  await expect.poll(() => clientOf(house).capture.list()).toMatchObject({ on: [], requests: 0, keptBytes: 0 });
});

test('with the vault locked nothing is captured, which is said, and requests go on', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'kh-locked-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const keyFile = join(await mkdtemp(join(tmpdir(), 'kh-key-')), 'vault.key');
  const flags = { 'server.port': 0, 'dashboard.enabled': false, 'access.requireKey': false };
  const unlocked = await composeHouse({ dataDir, flags, vault: 'file', env: { KEYHATCH_VAULT_KEY_FILE: keyFile } });
  const first = clientOf(unlocked.house);
  const { key } = await first.keys.create({ name: 'laptop' });
  await first.capture.start({ ref: 'laptop' });
  expect(await isCaptured(unlocked, key)).toBe(true);
  const [{ id } = { id: '' }] = (await first.requests.list({ limit: 1 })).rows;
  await unlocked.house.stop();

  const composed = await composeHouse({ dataDir, flags, vault: 'file', env: {} });
  const { house } = composed;
  const client = clientOf(house);
  expect(house.status().vault.state).toBe('locked');
  expect(house.status().capture).toMatchObject({ on: [{ keyName: 'laptop' }] });
  expect(house.status().capture.problem).toContain('cannot be read');
  expect(await isCaptured(composed, null)).toBe(false);
  await expect(client.capture.start({ ref: 'laptop' })).rejects.toMatchObject({ code: 'capture_impossible' });
  await expect(client.requests.conversation({ id })).rejects.toMatchObject({ code: 'capture_impossible' });
  await expect(client.requests.replay({ id, model: 'm' })).rejects.toMatchObject({ code: 'capture_impossible' });
});

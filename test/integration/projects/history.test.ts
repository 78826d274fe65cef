// The history of a whole house: who did what by which way in, what it was before, and that no secret ever gets into it.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import type { HistoryEntry } from '../../../shared/history-model.ts';
import { makeKey } from '../../../shared/key-format.ts';
import { dashboardClient, signIn } from '../../fakes/browser.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { clientOf } from '../../fakes/house-client.ts';

const told = ({ action, subject, actor }: HistoryEntry) => `${actor} ${action} ${subject.kind} ${subject.name}`;

test('each way in has its name in it, and what a flag or nobody did', async () => {
  const { house, dataDir } = await composeHouse();
  const window = clientOf(house, { kind: 'window', detail: null });
  await window.keys.create({ name: 'from the window' });
  const dashboard = dashboardClient(house.status().dashboard.url ?? '', await signIn(house.dashboardLink().url));
  await dashboard.keys.create({ name: 'from the dashboard' });
  const connection = await connectControl({ dataDir });
  await connection?.client.projects.create({ name: 'from the command line' });
  await connection?.close();
  await house.keys.ensure('main', 'a-value-of-the-owner-1234567890');
  await window.settings.set({ name: 'cors.mode', value: 'list' });
  const { entries } = await window.history.list({});
  expect(entries.map(told)).toEqual([
    'window changed setting cors.mode',
    'flag created key main',
    'cli created project from the command line',
    'dashboard created key from the dashboard',
    'dashboard signed_in sign_in the owner',
    'window created key from the window',
  ]);
  expect(entries.map(({ seq }) => seq)).toEqual([6, 5, 4, 3, 2, 1]);
  expect(entries[0]?.changes).toEqual([{ member: 'value', before: 'off', after: 'list' }]);
  expect(entries[3]?.detail).toMatch(/^the owner, session [0-9a-f]{8}$/);
});

test('a key’s life stands in it, member by member, and can be asked for by its name when it is gone', async () => {
  const { house } = await composeHouse();
  const client = clientOf(house, { kind: 'cli', detail: null });
  const { id, key } = await client.keys.create({ name: 'laptop', project: 'home', newProject: true });
  await client.keys.edit({ ref: id, rpm: 5, name: 'desk', project: null });
  await client.keys.pause({ ref: id });
  await client.keys.resume({ ref: id });
  const rotated = await client.keys.rotate({ ref: id });
  await client.keys.endOldSecret({ ref: id });
  await client.keys.revoke({ ref: id });
  await client.keys.delete({ ref: id });
  const { entries, next } = await client.history.list({ kind: 'key', subject: 'DESK' });
  expect(next).toBeNull();
  expect(entries.map(({ action }) => action).reverse()).toEqual([
    'edited',
    'paused',
    'resumed',
    'rotated',
    'old_secret_ended',
    'revoked',
    'deleted',
  ]);
  expect(entries.at(-1)?.changes).toEqual([
    { member: 'name', before: 'laptop', after: 'desk' },
    {
      member: 'limits',
      before: { rpm: 60, parallel: null },
      after: { rpm: 5, parallel: null },
    },
    { member: 'project', before: 'home', after: null },
  ]);
  expect((await client.history.list({ subject: id })).entries).toHaveLength(8);
  const text = JSON.stringify(await client.history.list({}));
  for (const secret of [key, rotated.key, key.slice(12, 44)]) expect(text).not.toContain(secret);
});

test('what else an owner may ask about later stands in it as well, and no secret', async () => {
  const { house, gatewayUrl } = await composeHouse({ echo: 'stand-in' });
  const client = clientOf(house, { kind: 'api', detail: 'kha_abc' });
  const upstream = await startFakeUpstream();
  onTestFinished(upstream.close);
  const { key } = await client.keys.create({ name: 'k', policy: { budgets: [{ period: 'day', tokens: 9 }] } });
  const add = { period: 'day', tokens: 5, cost: null, endsAt: Date.now() + 60_000 } as const;
  await client.keys.topUp({ ref: 'k', add });
  await client.keys.resetCounters({ ref: 'k' });
  await client.capture.start({ ref: 'k', forMs: 60_000 });
  await client.capture.stop({ ref: 'k' });
  await client.capture.wipe();
  const secret = 'of-the-model-server-0123456789';
  await client.upstreams.add({
    url: upstream.url,
    name: 'studio',
    kind: 'lmstudio',
    credential: secret,
    confirm: true,
  });
  await client.upstreams.edit({ ref: 'studio', parallel: 3 });
  await client.upstreams.remove({ ref: 'studio' });
  await client.settings.set({ name: 'access.lockoutAttempts', value: 1 });
  const url = gatewayUrl();
  const stranger = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh').key;
  const guess = { headers: { authorization: `Bearer ${stranger}`, 'x-forwarded-for': '192.0.2.1' } };
  for (let n = 0; n < 3; n += 1) await fetch(`${url}/v1/models`, guess);
  await client.lockout.unlock({ address: '127.0.0.1' });
  const { entries } = await client.history.list({ actor: 'api' });
  expect(entries.map(({ action, subject }) => `${action} ${subject.kind} ${subject.name}`).reverse()).toEqual([
    'created key k',
    'topped_up key k',
    'counters_reset key k',
    'capture_started key k',
    'capture_stopped key k',
    'capture_wiped profile captured requests',
    'added upstream studio',
    'edited upstream studio',
    'removed upstream studio',
    'changed setting access.lockoutAttempts',
    'unlocked address 127.0.0.1',
  ]);
  expect(entries.find(({ action }) => action === 'edited')?.changes).toEqual([
    { member: 'parallel', before: null, after: 3 },
  ]);
  expect(entries.find(({ action }) => action === 'added')?.changes).toContainEqual({
    member: 'hasCredential',
    before: null,
    after: true,
  });
  expect(JSON.stringify(entries)).not.toContain(secret);
  expect(JSON.stringify(entries)).not.toContain(key);
});

test('pages follow one another without a gap, and narrow by actor, kind and time', async () => {
  const { house } = await composeHouse();
  const cli = clientOf(house, { kind: 'cli', detail: null });
  const window = clientOf(house, { kind: 'window', detail: null });
  for (let n = 0; n < 5; n++) await (n % 2 ? cli : window).keys.create({ name: `key ${n}` });
  const seen: number[] = [];
  let cursor: number | undefined;
  do {
    const page = await cli.history.list({ limit: 2, cursor });
    seen.push(...page.entries.map(({ seq }) => seq));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  expect(seen).toEqual([5, 4, 3, 2, 1]);
  expect((await cli.history.list({ actor: 'cli' })).entries.map(({ seq }) => seq)).toEqual([4, 2]);
  expect((await cli.history.list({ kind: 'project' })).entries).toEqual([]);
  expect((await cli.history.list({ sinceMs: 3_600_000 })).entries).toHaveLength(5);
});

test('is canonical text on the disk, which SQL cannot change', async () => {
  const { house, dataDir } = await composeHouse();
  await clientOf(house, { kind: 'api', detail: 'kha_abc' }).projects.create({ name: 'p' });
  await house.stop();
  const db = new DatabaseSync(join(dataDir, 'keyhatch.db'));
  const rows = db.prepare('SELECT seq, at, entry FROM history').all() as { seq: number; at: number; entry: string }[];
  expect(rows).toHaveLength(1);
  const entry = JSON.parse(rows[0]?.entry ?? '');
  expect(Object.keys(entry)).toEqual(['action', 'actor', 'at', 'changes', 'detail', 'subject']);
  expect(entry).toMatchObject({ actor: 'api', at: rows[0]?.at });
  for (const attack of [
    "UPDATE history SET entry = '{}'",
    'DELETE FROM history',
    "REPLACE INTO history VALUES (1, 1, '')",
  ])
    expect(() => db.exec(attack)).toThrow('the history is only added to');
  db.close();
});

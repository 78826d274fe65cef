// Admin keys as people use them: made on the command line, opening the local socket in the place of its secret, never the
// gateway. On a running instance of the built program.

import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import type { HistoryPage } from '../../../shared/history-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';

let keyhatch: KeyhatchProcess;
let folder: string;
let admin: { readonly id: string; readonly key: string; readonly expiresAt: number };
const day = 86_400_000;

beforeAll(async () => {
  keyhatch = await startKeyhatch({ args: ['--echo'] });
  folder = await mkdtemp(join(tmpdir(), 'kh-admin-'));
  admin = await keyhatch.json(['keys', 'create', '--admin', '--name', 'backup script']);
});
afterAll(async () => {
  await keyhatch?.close();
  await rm(folder, { recursive: true, force: true });
});

async function fileWith(text: string, mode = 0o600): Promise<string> {
  const file = join(folder, `${crypto.randomUUID()}.key`);
  await writeFile(file, text);
  await chmod(file, mode);
  return file;
}

/** Lists keys with this admin key, while the profile's own secret is out of reach. */
async function listWith(text: string) {
  const control = join(keyhatch.dataDir, 'run', 'control.json');
  await rename(control, `${control}.away`);
  try {
    return await keyhatch.cli(['keys', 'list', '--json', '--admin-key-file', await fileWith(text)]);
  } finally {
    await rename(`${control}.away`, control);
  }
}

test('has a spelling of its own and an end, 30 days from now unless told', async () => {
  expect(admin.key).toMatch(/^kha_/);
  expect(admin).toMatchObject({ kind: 'admin', status: 'active' });
  expect(Math.abs(admin.expiresAt - Date.now() - 30 * day)).toBeLessThan(day);
  const told = await keyhatch.json<KeyFacts>(['keys', 'create', '--admin', '--name', 'told', '--expires', '7d']);
  expect(Math.abs((told.expiresAt ?? 0) - Date.now() - 7 * day)).toBeLessThan(day);
});

test.each([
  [['create', '--admin', '--name', 'x', '--expires', '366d'], /at most 365 days/],
  [['create', '--admin', '--name', 'x', '--expires', 'never'], /always has an end/],
  [['create', '--admin', '--name', 'x', '--rpm', '5'], /no limits, models or rights/],
  [['create', '--admin', '--name', 'x', '--operations', 'full'], /no limits, models or rights/],
  [['edit', 'backup script', '--expires', 'never'], /at most 365 days/],
  [['edit', 'backup script', '--models', 'phi-4'], /no limits, models or rights/],
])('keys %j is refused', async (args, says) => {
  const { code, stderr } = await keyhatch.cli(['keys', ...args]);
  expect(code).toBeGreaterThan(0);
  expect(stderr).toMatch(says);
});

test('never opens the gateway, and a stranger learns nothing by guessing', async () => {
  const guessed = `${admin.key.slice(0, -7)}x${admin.key.slice(-6)}`;
  const answers = await Promise.all([admin.key, guessed, 'kha_nonsense'].map((key) => keyhatch.get(key, '/v1/models')));
  for (const answer of answers) {
    expect(answer.status).toBe(403);
    expect(answer.headers.get('x-keyhatch-error')).toBe('key_wrong_kind');
  }
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(new Set(texts).size).toBe(1);
  expect(texts[0]).not.toContain('backup script');
});

test('opens the contract where the secret of the profile cannot be read', async () => {
  const { code, stdout, stderr } = await listWith(`${admin.key}\n`);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as KeyFacts[]).map(({ name }) => name)).toContain('backup script');
  const byEnvironment = await keyhatch.cli(['keys', 'list', '--json'], { env: { KEYHATCH_ADMIN_KEY: admin.key } });
  expect(byEnvironment.code).toBe(0);
});

test('stands in the history with what it did', async () => {
  const file = await fileWith(admin.key);
  await keyhatch.json(['keys', 'create', '--name', 'made by a script', '--admin-key-file', file]);
  await keyhatch.json(['keys', 'create', '--name', 'made by hand']);
  const entries = async (key: string) =>
    (await keyhatch.json<HistoryPage>(['history', '--key', key])).entries.map(({ actor, detail }) => [actor, detail]);
  expect(await entries('made by a script')).toEqual([['api', 'backup script']]);
  expect(await entries('made by hand')).toEqual([['cli', null]]);
});

test('must be one, and one that may act now', async () => {
  const inference = await keyhatch.createKey('--name', 'inference');
  expect((await listWith(inference.key)).stderr).toContain('does not hold an admin key');
  const [paused, revoked, deleted] = await Promise.all(
    ['paused', 'revoked', 'deleted'].map((name) =>
      keyhatch.json<{ key: string }>(['keys', 'create', '--admin', '--name', name]),
    ),
  );
  await keyhatch.json(['keys', 'pause', 'paused']);
  await keyhatch.json(['keys', 'revoke', 'revoked', '--yes']);
  await keyhatch.json(['keys', 'delete', 'deleted', '--yes']);
  for (const one of [paused, revoked, deleted]) {
    const { code, stdout, stderr } = await listWith(one?.key ?? '');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('not an admin key that may act here now');
  }
});

test('that is revoked ends what it follows', async () => {
  const { key } = await keyhatch.json<{ key: string }>(['keys', 'create', '--admin', '--name', 'watcher']);
  const connection = await connectControl({ dataDir: keyhatch.dataDir, adminKey: key });
  const changes = await connection?.client.changes.watch();
  expect((await changes?.next())?.value).toEqual({ type: 'ready' });
  await keyhatch.json(['keys', 'revoke', 'watcher', '--yes']);
  const untilEnd = async () => {
    while (!(await changes?.next())?.done);
  };
  await expect(untilEnd()).rejects.toThrow();
  await expect(connection?.client.status.get()).rejects.toMatchObject({ code: 'control_refused' });
});

test('is not taken from a file that others can read', async () => {
  const file = await fileWith(admin.key, 0o644);
  const { code, stderr } = await keyhatch.cli(['keys', 'list', '--admin-key-file', file]);
  expect(code).toBe(2);
  expect(stderr).toContain(`chmod 600 ${file}`);
});

test('rotates into an admin key again', async () => {
  await keyhatch.json(['keys', 'create', '--admin', '--name', 'turning']);
  const turned = await keyhatch.json<{ key: string }>(['keys', 'rotate', 'turning', '--grace', 'none']);
  expect(turned.key).toMatch(/^kha_/);
  expect((await listWith(turned.key)).code).toBe(0);
});

test('is never in a log', () => {
  expect(keyhatch.stdout() + keyhatch.stderr()).not.toContain(admin.key);
});

// Backups through the built program: from one machine's profile into another's, and a restore killed in the middle, after
// which the profile is the old one or the new one and never between.

import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { cp, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { KeyFacts } from '../../../shared/model.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { makeProfile, type Profile, program } from '../../fakes/keyhatch-process.ts';

const env = { KEYHATCH_BACKUP_PASSPHRASE: 'correct horse battery' };

async function profile(): Promise<Profile> {
  const made = await makeProfile();
  onTestFinished(made.remove);
  return made;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyhatch-backup-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test('a client’s key goes on working on another machine, with its project, status and limits', async () => {
  const file = join(await temporaryFolder(), 'keys.backup');
  const [before, after] = [await profile(), await profile()];
  const first = await before.start({ args: ['--echo'] });
  await first.json(['projects', 'create', '--name', 'home', '--alias', 'fast=echo', '--default-rpm', '33']);
  const { key } = await first.createKey('--name', 'laptop', '--project', 'home', '--rotate-every', '90d');
  expect(await first.json(['backup', 'create', file], { env })).toEqual({ file, keys: 1, projects: 1 });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await readFile(file, 'utf8')).not.toContain('laptop');
  // A second time would write over it.
  expect(await first.cli(['backup', 'create', file], { env })).toMatchObject({ code: 1 });
  const facts = await first.json<KeyFacts>(['keys', 'show', 'laptop']);
  await first.stop();

  const restored = await after.json(['backup', 'restore', file, '--vault', 'file'], {
    stdin: `${env.KEYHATCH_BACKUP_PASSPHRASE}\n`,
  });
  expect(restored).toMatchObject({ keys: 1, projects: 1, ended: 0 });
  const second = await after.start({ args: ['--echo'] });
  const answer = await second.chat(key, { model: 'fast' });
  expect(answer.status).toBe(200);
  const same = ['id', 'name', 'project', 'limits', 'policy', 'createdAt', 'usable'] as const;
  const now = await second.json<KeyFacts>(['keys', 'show', 'laptop']);
  for (const member of same) expect(now[member]).toEqual(facts[member]);
  expect(now).toMatchObject({ project: 'home', limits: { rpm: 33 }, policy: { rotateEveryDays: 90 } });
  const again = await second.cli(['backup', 'restore', file], { env });
  expect(again.code).toBe(1);
  expect(again.stderr).toContain('--replace');
  const wrong = await second.cli(['backup', 'restore', file], { stdin: 'another passphrase\n' });
  expect(wrong.stderr).toContain('the passphrase does not fit');
  expect((await second.chat(key, { model: 'echo' })).status).toBe(200);
});

test('a restore that is killed leaves the old keys or the new ones', async () => {
  const folder = await temporaryFolder();
  const file = join(folder, 'keys.backup');
  const [source, target] = [await profile(), await profile()];
  const values = (name: string) => [0, 1, 2].map((n) => `${name}-${n},sk-${name}-0123456789abcdef-${n}`).join('\n');
  const keyOf = (name: string) => `sk-${name}-0123456789abcdef-0`;
  const stock = async (one: Profile, name: string) =>
    one.json(['keys', 'import', '-', '--vault', 'file'], { stdin: values(name) });
  await Promise.all([stock(source, 'fresh'), stock(target, 'old')]);
  await source.json(['backup', 'create', file], { env });

  const seen = new Set<string>();
  // The n-th writing of the vault is the last one: two lay the backup beside what counts, four put it in place, two tidy up.
  for (const killAt of [1, 2, 3, 4, 5, 6, 7, Number.POSITIVE_INFINITY]) {
    const dataDir = join(folder, `killed-${killAt}`);
    await cp(target.dataDir, dataDir, { recursive: true });
    const whole = await restoreUntil(killAt, dataDir, file, target.keyFile);
    const { house, gatewayUrl } = await composeHouse({
      dataDir,
      vault: 'file',
      env: { KEYHATCH_VAULT_KEY_FILE: target.keyFile },
    });
    const tryKey = async (key: string) =>
      (await fetch(`${gatewayUrl()}/v1/models`, { headers: { authorization: `Bearer ${key}` } })).status;
    const state = {
      works: [await tryKey(keyOf('old')), await tryKey(keyOf('fresh'))],
      keys: house.keys.list().map(({ name, usable }) => (usable ? name : `${name}, unusable`)),
    };
    const isOld = state.works[0] === 200;
    const [name, works] = isOld ? ['old', [200, 401]] : ['fresh', [401, 200]];
    expect(state, `killed at ${killAt}`).toEqual({ works, keys: [0, 1, 2].map((n) => `${name}-${n}`) });
    await house.stop();
    seen.add(whole ? 'whole' : isOld ? 'old' : 'new');
  }
  expect([...seen].sort()).toEqual(['new', 'old', 'whole']);
}, 180_000);

/** @returns whether it came to its end before it was killed */
function restoreUntil(killAt: number, dataDir: string, file: string, keyFile: string): Promise<boolean> {
  const child = spawn(process.execPath, [program, 'backup', 'restore', file, '--replace', '--data-dir', dataDir], {
    env: { ...process.env, ...env, KEYHATCH_VAULT_KEY_FILE: keyFile },
    stdio: 'ignore',
  });
  let happened = 0;
  const watcher = watch(dataDir, (_event, name) => {
    if (name !== 'vault.sealed') return;
    happened += 1;
    if (happened >= killAt) child.kill('SIGKILL');
  });
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      watcher.close();
      resolve(code === 0);
    });
  });
}

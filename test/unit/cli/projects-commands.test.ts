// The commands for projects, the history, imports and backups: what they ask of the contract and what they print.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { changesText } from '../../../electron/cli/commands/history-text.ts';
import { type Captured, keyhatch } from './captured-cli.ts';
import { home, laptop, now } from './fake-instance.ts';

const inputOf = ({ calls }: Captured, path: string) => calls.find((call) => call.path === path)?.input;

async function file(text?: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keyhatch-cli-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'file');
  if (text !== undefined) await writeFile(path, text);
  return path;
}

describe('projects', () => {
  test('create takes every rule', async () => {
    const said = await keyhatch(
      'projects create --name thesis --colour teal --environment test --models a,b --alias fast=a --alias big=b --upstream studio --echo on --default-rpm none --default-parallel 2 --default-models all --default-expires 2d --default-rotate-every 90d'.split(
        ' ',
      ),
    );
    expect(said.code).toBe(0);
    expect(inputOf(said, 'projects.create')).toEqual({
      name: 'thesis',
      colour: 'teal',
      environment: 'test',
      models: ['a', 'b'],
      aliases: { fast: 'a', big: 'b' },
      upstream: 'studio',
      echo: true,
      defaults: {
        rpm: null,
        parallel: 2,
        models: null,
        expiresInMs: 172_800_000,
        policy: { rotateEveryDays: 90 },
      },
    });
    expect(said.out).toContain('thesis');
  });

  test('edit leaves what is not named as it is, and adds to aliases by name', async () => {
    const said = await keyhatch('projects edit home --alias fast=qwen3-8b --alias old= --models all'.split(' '));
    expect(inputOf(said, 'projects.edit')).toEqual({ ref: home.id, models: null, aliases: { fast: 'qwen3-8b' } });
    expect(await keyhatch(['projects', 'edit', 'home'])).toMatchObject({ code: 2, calls: [] });
  });

  test('budgets are passed on one by one, none takes them away, and one can be topped up', async () => {
    const made = await keyhatch('projects create --name n --budget day:1000tokens --budget month:2EUR'.split(' '));
    expect(inputOf(made, 'projects.create')).toMatchObject({
      budgets: [
        { period: 'day', tokens: 1000 },
        { period: 'month', cost: { currency: 'EUR', micros: 2_000_000 } },
      ],
    });
    const lifted = await keyhatch('projects edit home --budget none'.split(' '));
    expect(inputOf(lifted, 'projects.edit')).toEqual({ ref: home.id, budgets: [] });
    const topped = await keyhatch('projects top-up home --budget day:500tokens --for 1h'.split(' '));
    const add = { period: 'day', tokens: 500, cost: null, endsAt: now + 3_600_000 };
    expect(inputOf(topped, 'projects.topUp')).toEqual({ ref: 'home', add });
    expect(topped.out).toContain(`The project "home" (${home.id}) has 500 tokens a day more, which ends in`);
  });

  test.each([
    ['archive', 'is archived, and its keys are refused'],
    ['unarchive', 'is in use again'],
    ['delete', 'is deleted'],
  ])('%s says what it did', async (verb, words) => {
    const { out, calls } = await keyhatch(['projects', verb, 'home']);
    expect(out).toBe(`The project "home" (${home.id}) ${words}.\n`);
    expect(calls).toContainEqual({ path: `projects.${verb}`, input: { ref: 'home' } });
  });

  test('list and show print them, and JSON whole', async () => {
    expect((await keyhatch(['projects', 'list'])).out).toContain(home.id);
    expect((await keyhatch(['projects', 'show', 'home'])).out).toContain('as each key says');
    expect(JSON.parse((await keyhatch(['projects', 'show', 'home', '--json'])).out)).toEqual(home);
  });

  test.each([
    [['--alias', 'fast'], '--alias takes NAME=MODEL'],
    [['--colour', 'mauve'], '--colour is one of'],
    [['--default-rotate-every', '90m'], '--default-rotate-every takes whole days'],
  ])('%j is wrong usage', async (flags, sentence) => {
    const { code, err } = await keyhatch(['projects', 'create', '--name', 'p', ...flags]);
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining(sentence) });
  });
});

test('keys go into a project by name, may make it, and are reminded of', async () => {
  const said = await keyhatch('keys create --name n --project p --new-project --rotate-every 30d'.split(' '));
  expect(inputOf(said, 'keys.create')).toEqual({
    name: 'n',
    project: 'p',
    newProject: true,
    policy: { rotateEveryDays: 30 },
  });
  const edited = await keyhatch('keys edit laptop --rotate-every never'.split(' '));
  expect(inputOf(edited, 'keys.edit')).toEqual({ ref: 'laptop', policy: { rotateEveryDays: null } });
});

test('the last use of an old secret, a weak value and reminders are shown', async () => {
  const rotated = {
    ...laptop,
    weak: true,
    origin: 'imported' as const,
    oldSecretUntil: now + 3_600_000,
    oldSecretUsedAt: now - 3 * 3_600_000,
    oldSecretUsedFrom: '10.0.0.2',
    oldSecretUsedBy: 'Continue/1.3',
  };
  const { out } = await keyhatch(['keys', 'show', 'laptop'], { stubs: { keys: [rotated] } });
  expect(out).toContain('last used 3 h ago from 10.0.0.2 by Continue/1.3');
  expect(out).toContain('from another program');
  expect(out).toContain('works on this computer alone');
});

describe('history', () => {
  test('asks for what it is told, and prints a line each', async () => {
    const said = await keyhatch('history --key laptop --since 7d --actor cli --limit 9 --before 44'.split(' '));
    expect(inputOf(said, 'history.list')).toEqual({
      kind: 'key',
      subject: 'laptop',
      actor: 'cli',
      sinceMs: 604_800_000,
      limit: 9,
      cursor: 44,
    });
    expect(said.out).toContain('key laptop');
    expect(JSON.parse((await keyhatch(['history', '--json'])).out)).toMatchObject({
      entries: [{ seq: 1 }],
      next: null,
    });
  });

  test('says of a change only what differs, in words', () => {
    const day = { period: 'day', tokens: 500, cost: null, soft: 0.8, strict: true };
    const policy = (tpm: number | null, budgets: (typeof day)[]) => ({ tpm, rph: 9, operations: ['chat'], budgets });
    expect(
      changesText([
        { member: 'limits', before: { rpm: 60, parallel: null }, after: { rpm: 2, parallel: null } },
        { member: 'policy', before: policy(null, []), after: policy(70, [day]) },
        { member: 'expiresAt', before: null, after: Date.UTC(2026, 10, 21, 18, 27) },
      ]),
    ).toBe('rpm 60 → 2, tpm – → 70, budgets – → 500 tokens a day, strict, expiresAt – → 2026-11-21T18:27Z');
  });

  test('of a key and of a project is wrong usage', async () => {
    expect(await keyhatch('history --key a --project b'.split(' '))).toMatchObject({ code: 2, calls: [] });
  });
});

describe('keys import', () => {
  test('reads a file or stdin, and never prints a value', async () => {
    const text = 'laptop,sk-0123456789abcdef';
    const said = await keyhatch(['keys', 'import', await file(text), '--project', 'home', '--dry-run']);
    expect(inputOf(said, 'keys.import')).toEqual({ text, project: 'home', dryRun: true });
    expect(said.out).toContain('would be imported, weak');
    expect(said.out).toContain('it has expired');
    const piped = await keyhatch(['keys', 'import', '-', '--format', 'list'], { stdin: `${text}\nx,y\n` });
    expect(inputOf(piped, 'keys.import')).toMatchObject({ text: `${text}\nx,y`, format: 'list', dryRun: false });
    expect(said.out + said.err + piped.out + piped.err).not.toContain('sk-0123');
  });

  test('says so when there is no such file', async () => {
    const { code, err } = await keyhatch(['keys', 'import', '/no/such/file']);
    expect({ code, err }).toEqual({
      code: 1,
      err: '/no/such/file cannot be read: it, or its folder, does not exist.\n',
    });
  });

  test('export prints JSON that can be read again', async () => {
    const { out } = await keyhatch(['keys', 'export']);
    expect(JSON.parse(out)).toMatchObject({ keyhatch: 'keys', version: 10, keys: [{ name: 'laptop' }, {}] });
  });
});

describe('backup', () => {
  const env = { KEYHATCH_BACKUP_PASSPHRASE: 'correct horse battery' };

  test('create writes a new file and takes the passphrase from the environment or stdin', async () => {
    const path = await file();
    const said = await keyhatch(['backup', 'create', path], { env });
    expect(inputOf(said, 'backup.create')).toEqual({ passphrase: env.KEYHATCH_BACKUP_PASSPHRASE });
    expect(await readFile(path, 'utf8')).toBe('sealed\n');
    const again = await keyhatch(['backup', 'create', path], { stdin: 'another passphrase\n' });
    expect(inputOf(again, 'backup.create')).toEqual({ passphrase: 'another passphrase' });
    expect(again).toMatchObject({
      code: 1,
      err: `${path} cannot be written: it exists already; choose another name.\n`,
    });
  });

  test('restore hands over the text, replaces only when told, and says what counts later', async () => {
    const path = await file('sealed\n');
    const said = await keyhatch(['backup', 'restore', path, '--replace'], { env });
    expect(inputOf(said, 'backup.restore')).toEqual({
      text: 'sealed\n',
      passphrase: env.KEYHATCH_BACKUP_PASSPHRASE,
      replace: true,
    });
    expect(said.out).toContain('2 keys, one project and 3 settings are in place');
    expect(said.err).toContain('server.port');
  });
});

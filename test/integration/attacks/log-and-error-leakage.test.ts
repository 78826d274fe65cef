// Log and error leakage, looked for: after a run that made, used, failed with, misplaced, rotated, typed and ended keys, and
// gave an upstream a credential, no secret is in the data folder, in what was logged, among the arguments of the process or
// in what the upstream received; as plain bytes, whole or by its tail, and in the encodings in which it might hide.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeKey } from '../../../shared/key-format.ts';
import type { CreatedKey, UpstreamStatus } from '../../../shared/model.ts';
import { unrulyAnswer } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, makeProfile, type Profile, type StartOptions } from '../../fakes/keyhatch-process.ts';
import { startWireTap, type WireTap } from '../../fakes/wire-tap.ts';

const typed = 'typed-by-the-owner-0123456789-abcdefgh';
const main = 'main-key-of-the-owner-9876543210-zyxw';
const credential = 'sk-upstream-only-0123456789-abcdefghijkl';
const passphrase = 'a passphrase that nobody may ever read';
const foreign = 'sk-of-some-other-service-0123456789abcdef';

let upstream: FakeUpstream;
let tap: WireTap;
let profile: Profile;
let keyhatch: KeyhatchProcess;
/** Every secret of clients: keys of ours, and what clients sent by mistake. */
const secrets: string[] = [typed, main, foreign];
/** By what was printed, and by whom. */
const printed: Record<string, () => string> = {};
const commandLines: string[] = [];

const newKey = () => makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh').key;

async function start(options: StartOptions, name: string): Promise<KeyhatchProcess> {
  const env = { KEYHATCH_VAULT_KEY_FILE: undefined, KEYHATCH_VAULT_PASSPHRASE: passphrase };
  const started = await profile.start({ ...options, env });
  printed[`stdout of ${name}`] = started.stdout;
  printed[`stderr of ${name}`] = started.stderr;
  return started;
}

/** Where a command puts a secret on purpose, only its stderr is held against it. */
async function command(args: readonly string[], stdin = '', mayPrint = false): Promise<string> {
  const { stdout, stderr } = await keyhatch.cli(args, { stdin });
  printed[`stderr of keyhatch ${args.join(' ')}`] = () => stderr;
  if (!mayPrint) printed[`stdout of keyhatch ${args.join(' ')}`] = () => stdout;
  return stdout;
}

async function create(...flags: readonly string[]): Promise<CreatedKey> {
  const made = JSON.parse(await command(['keys', 'create', '--json', ...flags], '', true)) as CreatedKey;
  secrets.push(made.key);
  return made;
}

beforeAll(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  tap = await startWireTap(upstream.port);
  profile = await makeProfile();
  keyhatch = await start({ args: ['--api-key-file', '-', '--upstream', tap.url], stdin: `${main}\n` }, 'the first run');
  await makeAndUse();
  await keyhatch.stop();
  // Once more without flags, so that the saved upstream with its credential is used; and with a log for people.
  await profile.json(['upstreams', 'list'], {
    env: { KEYHATCH_VAULT_PASSPHRASE: passphrase, KEYHATCH_VAULT_KEY_FILE: undefined },
  });
  await addUpstreamAtRest();
  keyhatch = await start({ logFormat: 'pretty' }, 'the second run');
  await tryEveryCarrier(secrets);
});
afterAll(async () => {
  await profile?.remove();
  await tap?.close();
  await upstream?.close();
});

async function makeAndUse(): Promise<void> {
  const laptop = await create('--name', 'laptop', '--rpm', 'none');
  const limited = await create('--name', 'limited', '--rpm', '1');
  const revoked = await create('--name', 'revoked');
  const paused = await create('--name', 'paused');
  const expired = await create('--name', 'expired', '--expires', '0s');
  await command(['keys', 'create', '--name', 'typed', '--value-stdin'], typed, true);
  await command(['keys', 'create', '--name', 'typed again', '--value-stdin'], typed);
  await command(['keys', 'create', '--name', 'like ours', '--value-stdin'], laptop.key);
  await command(['keys', 'revoke', 'revoked', '--yes']);
  await command(['keys', 'pause', 'paused']);
  const rotated = JSON.parse(await command(['keys', 'rotate', 'laptop', '--grace', '1h', '--json'], '', true));
  secrets.push((rotated as CreatedKey).key);
  // Unknown, mistyped, and one that only an administrator would have.
  secrets.push(newKey(), `${newKey().slice(0, -1)}`, newKey().replace('kh_', 'kha_'));
  for (const { key } of [limited, revoked, paused, expired]) await keyhatch.chat(key).then((one) => one.text());
  await tryEveryCarrier(secrets);
  await misplaceEverywhere(laptop.key);
  for (const model of ['dies-before', 'dies-streaming', 'dies-in-a-frame', 'fails']) {
    await keyhatch
      .chat(laptop.key, { model, stream: true })
      .then((one) => one.text())
      .catch(() => {});
  }
  for (const args of [
    ['keys', 'list'],
    ['keys', 'list', '--json'],
    ['keys', 'show', 'laptop'],
    ['keys', 'show', 'laptop', '--json'],
    ['usage', '--by', 'key'],
    ['usage', '--by', 'model', '--json'],
    ['status', '--json'],
    ['settings', 'list', '--json'],
    ['upstreams', 'list', '--json'],
    ['doctor'],
    ['keys', 'show', laptop.key.slice(0, 3)],
  ]) {
    await command(args);
  }
  await command(['keys', 'delete', 'limited', '--yes']);
  commandLines.push(await readFile(`/proc/${keyhatch.pid}/cmdline`, 'latin1'));
}

async function addUpstreamAtRest(): Promise<void> {
  const env = { KEYHATCH_VAULT_PASSPHRASE: passphrase, KEYHATCH_VAULT_KEY_FILE: undefined };
  const args = ['upstreams', 'add', tap.url, '--credential-stdin', '--json'];
  const { stdout, stderr, code } = await profile.cli(args, { stdin: credential, env });
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as UpstreamStatus).hasCredential).toBe(true);
  printed['keyhatch upstreams add'] = () => stdout + stderr;
}

/** Each secret in each place where clients put keys. */
async function tryEveryCarrier(values: readonly string[]): Promise<void> {
  const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const carriers: ((key: string) => Record<string, string>)[] = [
    (key) => ({ authorization: `Bearer ${key}` }),
    (key) => ({ 'x-api-key': key }),
    (key) => ({ 'api-key': key }),
    (key) => ({ 'x-access-key': key }),
    (key) => ({ authorization: basic(key, '') }),
    (key) => ({ authorization: basic('me', key) }),
    (key) => ({ authorization: `Bearer ${foreign}`, 'x-api-key': key }),
  ];
  for (const key of values) {
    await Promise.all(
      carriers.map(async (headersOf, n) => {
        const path = ['/v1/chat/completions', '/v1/messages', '/api/chat'][n % 3] ?? '/v1/chat/completions';
        const response = await ask(path, headersOf(key));
        expect(await response.text()).not.toContain(key);
      }),
    );
  }
}

/** A good key where none belongs. */
async function misplaceEverywhere(key: string): Promise<void> {
  const auth = { authorization: `Bearer ${key}` };
  const encoded = encodeURIComponent(Buffer.from(key).toString('base64'));
  const answers = [
    ask(`/v1/chat/completions?api_key=${key}`, {}),
    ask(`/v1/chat/completions?key=${key}`, auth),
    ask(`/v1/messages?beta=true&token=${key}`, auth),
    ask(`/v1/chat/completions?whatever=${key}`, auth),
    ask(`/v1/chat/completions?whatever=${encoded}`, auth),
    ask(`/k/${key}/v1/chat/completions`, {}),
    ask(`/v1/models/${key}`, auth, null),
    ask(`/${key}`, {}, null),
    ask('/v1/chat/completions', { ...auth, referer: `http://localhost/?key=${key}` }),
    ask('/v1/chat/completions', { ...auth, cookie: `key=${key}` }),
    ask('/v1/chat/completions', { ...auth, 'x-forwarded-for': key, 'x-real-ip': key, forwarded: `for=${key}` }),
    ask('/v1/chat/completions', { ...auth, 'proxy-authorization': `Bearer ${key}` }),
    ask('/v1/chat/completions', { ...auth, 'openai-api-key': key, 'anthropic-api-key': key, 'x-goog-api-key': key }),
  ];
  for (const answer of answers) expect(await (await answer).text()).not.toContain(key.slice(-38));
}

function ask(path: string, headers: Record<string, string>, body: string | null = chatBody): Promise<Response> {
  const init = body === null ? {} : { method: 'POST', body };
  return fetch(keyhatch.url + path, { ...init, headers: { 'content-type': 'application/json', ...headers } });
}

/** Where the model belongs, and where a program says its name: a slip of the hand in a settings page. */
async function pasteAsModel(key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'user-agent': `my-program ${key}` };
  const answer = await ask('/v1/chat/completions', headers, JSON.stringify({ model: key, messages: [] }));
  await answer.arrayBuffer();
}

const chatBody = JSON.stringify({ model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'hi' }] });

/** A secret as it is, its tail, and both as they would look in base64 and hexadecimal. */
function tracesOf(secret: string): readonly string[] {
  const tail = secret.slice(-38);
  const traces = [secret, tail, ...[secret, tail].map((text) => Buffer.from(text).toString('hex'))];
  // Where it stands within other text, base64 has one of three spellings; the outer characters depend on the neighbours.
  const base64 = ['', 'x', 'xx'].map((before) => Buffer.from(`${before}${tail}`).toString('base64').slice(4, -4));
  return [...new Set([...traces, ...base64])];
}

function expectNone(where: string, text: string, of: readonly string[]): void {
  for (const secret of of) {
    const found = tracesOf(secret).filter((trace) => text.includes(trace));
    // Named by its first letters: the report of a failure should not be the next leak.
    expect(found, `${secret.slice(0, 11)}… in ${where}`).toEqual([]);
  }
}

/** Bytes of every file below a folder, by its path there. */
async function filesIn(folder: string): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'latin1')] as const)));
}

const everySecret = () => [...secrets, credential, passphrase];

describe('no secret is', () => {
  test('missing from this proof: they were made, and they were used', () => {
    expect(secrets.length).toBeGreaterThan(10);
    expect(tap.sent().split('POST /v1/chat/completions').length).toBeGreaterThan(10);
    expect(tap.sent()).toContain(credential);
    expect(Object.keys(printed).length).toBeGreaterThan(20);
    for (const name of ['the first run', 'the second run'])
      expect(printed[`stderr of ${name}`]?.()).not.toBe(undefined);
  });

  test('in a file of the data folder, while it runs and after it has ended', async () => {
    const running = await filesIn(profile.dataDir);
    for (const name of ['keyhatch.db', 'settings.json', 'vault.sealed', 'control.json']) {
      expect(
        [...running.keys()].some((file) => file.endsWith(name)),
        name,
      ).toBe(true);
    }
    // Makes it write what waits.
    await command(['usage', '--json']);
    for (const [file, text] of await filesIn(profile.dataDir)) expectNone(file, text, everySecret());
    commandLines.push(await readFile(`/proc/${keyhatch.pid}/cmdline`, 'latin1'));
    await keyhatch.stop();
    for (const [file, text] of await filesIn(profile.dataDir)) expectNone(file, text, everySecret());
  });

  test('printed, but by the commands that make a key', () => {
    for (const [where, text] of Object.entries(printed)) expectNone(where, text(), everySecret());
  });

  test('among the arguments of the process, where every other program could see it', () => {
    expect(commandLines).toHaveLength(2);
    for (const line of commandLines) {
      expect(line).toContain('serve');
      expectNone('/proc/<pid>/cmdline', line, everySecret());
    }
  });

  test('in anything that the upstream received, but its own credential', () => {
    expectNone('what the upstream received', tap.sent(), [...secrets, passphrase]);
    for (const { headers, path, body } of upstream.journal) {
      expectNone('what the upstream understood', JSON.stringify([headers, path, body.toString('latin1')]), secrets);
    }
  });
});

test('a key that was pasted where the model or the program’s name belongs is not kept either', async () => {
  const other = await makeProfile();
  try {
    keyhatch = await other.start({ args: ['--echo'] });
    const { key } = await keyhatch.createKey();
    await pasteAsModel(key);
    const { stdout } = await keyhatch.cli(['usage', '--by', 'model']);
    expectNone('the usage report', stdout, [key]);
    expectNone('the log', keyhatch.stderr(), [key]);
    await keyhatch.stop();
    for (const [file, text] of await filesIn(other.dataDir)) expectNone(file, text, [key]);
  } finally {
    await other.remove();
  }
});

test('the proof finds what it looks for', () => {
  const secret = newKey();
  for (const text of [
    `a line with ${secret} in it`,
    JSON.stringify({ key: secret }),
    secret.slice(-38),
    Buffer.from(`me:${secret}`).toString('base64'),
    Buffer.from(`${secret}:`).toString('base64'),
    Buffer.from(secret).toString('hex'),
  ]) {
    expect(tracesOf(secret).some((trace) => text.includes(trace))).toBe(true);
  }
});

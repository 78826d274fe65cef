// Capture as people use it, on the built program: said on the answer, encrypted on the disk, read back, sent again, over a
// restart, wiped. No word of a prompt or an answer may lie in the data folder or in what was logged.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ContractClient, connectControl } from '../../../electron/control/control-client.ts';
import type { CaptureState } from '../../../shared/capture-model.ts';
import type { Status } from '../../../shared/model.ts';
import { type KeyhatchProcess, makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';

const prompt = 'the-owl-flies-at-midnight-0815';
const messages = [{ role: 'user', content: prompt }];

async function openProfile(): Promise<Profile> {
  const profile = await makeProfile();
  onTestFinished(profile.remove);
  return profile;
}

async function clientOf(dataDir: string): Promise<ContractClient> {
  const connection = await connectControl({ dataDir });
  if (!connection) throw new Error('nothing runs there');
  onTestFinished(connection.close);
  return connection.client;
}

async function askWith(keyhatch: KeyhatchProcess, key: string, more: object = {}) {
  const response = await keyhatch.chat(key, { messages, model: 'echo', ...more });
  const text = await response.text();
  const id = response.headers.get('x-request-id') ?? '';
  return { id, text, captured: response.headers.get('x-keyhatch-captured') };
}

/** Files of the folder in which these bytes stand as they are. */
async function filesWith(dataDir: string, text: string): Promise<string[]> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.filter((one) => one.isFile())) {
    if ((await readFile(join(entry.parentPath, entry.name))).includes(text)) found.push(entry.name);
  }
  return found;
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: { readonly code?: string }) => error.code,
  );

test('keeps what a captured key says, encrypted and readable, and nothing of others', async () => {
  const profile = await openProfile();
  const keyhatch = await profile.start({ args: ['--echo'] });
  const { key, id: keyId } = await keyhatch.createKey('--name', 'laptop');
  const { key: other } = await keyhatch.createKey('--name', 'phone');
  const client = await clientOf(keyhatch.dataDir);

  expect((await askWith(keyhatch, key)).captured).toBeNull();
  const before = Date.now();
  const state = await keyhatch.json<CaptureState>(['capture', 'start', 'laptop', '--for', '2h']);
  expect(state.on).toMatchObject([{ keyId, keyName: 'laptop' }]);
  expect(state.on[0]?.until).toBeGreaterThanOrEqual(before + 7_200_000);

  const stream = await askWith(keyhatch, key, { stream: true });
  expect(stream.captured).toBe('1');
  expect((await askWith(keyhatch, other)).captured).toBeNull();
  const { request, answer } = await client.requests.conversation({ id: stream.id });
  expect(JSON.parse(request?.text ?? '')).toMatchObject({ messages });
  expect(answer?.text).toBe(stream.text);
  expect(await client.requests.get({ id: stream.id })).toMatchObject({ captured: true, keyId });
  expect(await keyhatch.json(['capture', 'status'])).toMatchObject({ requests: 1 });

  const status = await keyhatch.cli(['status']);
  expect(status.stdout).toContain('Capturing prompts and answers of laptop');
  expect(await keyhatch.json<Status>(['status'])).toMatchObject({ capture: { on: [{ keyName: 'laptop' }] } });

  await keyhatch.cli(['capture', 'stop', 'laptop']);
  expect((await askWith(keyhatch, key)).captured).toBeNull();
  expect(await keyhatch.stop()).toBe(0);
  expect(await filesWith(keyhatch.dataDir, 'owl-flies')).toEqual([]);
  expect(keyhatch.stdout() + keyhatch.stderr()).not.toContain('owl-flies');
});

test('outlives a restart, and a wipe ends it for good', async () => {
  const profile = await openProfile();
  const first = await profile.start({ args: ['--echo'] });
  const { key } = await first.createKey('--name', 'laptop');
  await first.cli(['capture', 'start', 'laptop']);
  const { id, text } = await askWith(first, key);
  await first.stop();

  const second = await profile.start({ args: ['--echo'] });
  expect(await second.json<Status>(['status'])).toMatchObject({
    capture: { on: [{ keyName: 'laptop' }], problem: null },
  });
  const client = await clientOf(second.dataDir);
  expect((await client.requests.conversation({ id })).answer?.text).toBe(text);
  expect((await askWith(second, key)).captured).toBe('1');

  expect(await second.json(['capture', 'wipe', '--yes'])).toEqual({ requests: 2 });
  expect(await second.json<CaptureState>(['capture', 'status'])).toMatchObject({ on: [], requests: 0, keptBytes: 0 });
  expect((await askWith(second, key)).captured).toBeNull();
  expect(await codeOf(client.requests.conversation({ id }))).toBe('capture_not_found');
  await second.stop();
});

test('records that come back from a copy after a wipe stay unreadable and are cleared', async () => {
  const profile = await openProfile();
  const first = await profile.start({ args: ['--echo'] });
  const { key } = await first.createKey('--name', 'laptop');
  await first.cli(['capture', 'start', 'laptop']);
  const { id } = await askWith(first, key);
  await first.stop();
  const file = join(first.dataDir, 'keyhatch.db');
  const copy = await readFile(file);

  await first.cli(['capture', 'wipe', '--yes']);
  const { writeFile, rm } = await import('node:fs/promises');
  for (const end of ['-wal', '-shm']) await rm(file + end, { force: true });
  await writeFile(file, copy);

  const second = await profile.start({ args: ['--echo'] });
  const client = await clientOf(second.dataDir);
  // The window came back with the copy, and goes on under a new key that opens nothing old.
  await expect.poll(() => client.capture.list()).toMatchObject({ requests: 0, problem: null });
  expect(await codeOf(client.requests.conversation({ id }))).toBe('capture_not_found');
  await second.stop();
});

test('a captured request is sent again as the owner’s own', async () => {
  const profile = await openProfile();
  const keyhatch = await profile.start({ args: ['--echo'] });
  const { key } = await keyhatch.createKey('--name', 'laptop', '--rpm', '2');
  await keyhatch.cli(['capture', 'start', 'laptop']);
  const first = await askWith(keyhatch, key, { stream: true });
  const client = await clientOf(keyhatch.dataDir);
  const { id } = await client.requests.replay({ id: first.id, model: 'echo:latest' });
  await expect
    .poll(() => client.requests.get({ id }).catch(() => undefined))
    .toMatchObject({
      caller: 'replay',
      keyId: null,
      replayOf: first.id,
      model: 'echo:latest',
      outcome: 'ok',
      captured: true,
      streamed: true,
    });
  const again = await client.requests.conversation({ id });
  expect(JSON.parse(again.request?.text ?? '')).toMatchObject({ messages, model: 'echo:latest', stream: true });
  expect(again.answer?.text).toContain('data: [DONE]');
  expect((await client.keys.get({ ref: 'laptop' })).today.requests).toBe(1);

  const plain = await askWith(keyhatch, (await keyhatch.createKey('--name', 'phone')).key);
  expect(await codeOf(client.requests.replay({ id: plain.id, model: 'm' }))).toBe('capture_not_found');
  expect(await codeOf(client.requests.replay({ id: 'req_gone', model: 'm' }))).toBe('request_not_found');
  await keyhatch.stop();
});

test.each([['8d'], ['0s'], ['soon']])('--for %s is refused, and so is no key', async (length) => {
  const profile = await openProfile();
  const keyhatch = await profile.start({ args: ['--echo'] });
  await keyhatch.createKey('--name', 'laptop');
  expect((await keyhatch.cli(['capture', 'start', 'laptop', '--for', length])).code).toBe(2);
  expect((await keyhatch.cli(['capture', 'start', 'nobody'])).code).not.toBe(0);
  expect(await keyhatch.json(['capture', 'status'])).toMatchObject({ on: [] });
  await keyhatch.stop();
});

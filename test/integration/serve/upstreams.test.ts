// Model servers that come, go and misbehave behind a running instance: the client hears the cause in its own dialect, serve
// runs on and recovers by itself. And adding, testing and removing them, with a credential that goes nowhere but there.

import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { DetectedServer, Finding, Status, UpstreamStatus } from '../../../shared/model.ts';
import { dialectAnswer, unrulyAnswer, wholeOf } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { freePort } from '../../fakes/free-port.ts';
import { type KeyhatchProcess, makeProfile, type StartOptions, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { openaiList, startFakeModelServer, startFakeServer } from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

const start = (options?: StartOptions) => opening(startKeyhatch(options));

/** Without any upstream: a start that finds none saved would take what happens to run on this machine. */
async function startBare(): Promise<KeyhatchProcess> {
  const profile = await makeProfile();
  onTestFinished(profile.remove);
  const passing = await fake(dialectAnswer);
  const { id } = await profile.json<UpstreamStatus>(['upstreams', 'add', passing.url, '--vault', 'file']);
  const keyhatch = await profile.start();
  await keyhatch.json(['upstreams', 'remove', id]);
  return keyhatch;
}

async function fake(...args: Parameters<typeof startFakeUpstream>): Promise<FakeUpstream> {
  const upstream = await opening(startFakeUpstream(...args));
  return upstream;
}

const body = JSON.stringify({ model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }], stream: false });

/** The same question in three dialects, and where each puts the sentence of an error. */
const dialects = {
  openai: { path: '/v1/chat/completions', sentence: (answer: unknown) => (answer as OpenAiError).error.message },
  anthropic: { path: '/v1/messages', sentence: (answer: unknown) => (answer as OpenAiError).error.message },
  ollama: { path: '/api/chat', sentence: (answer: unknown) => (answer as { error: string }).error },
} as const;
type OpenAiError = { readonly error: { readonly message: string } };

function post(keyhatch: KeyhatchProcess, key: string, path: string): Promise<Response> {
  return fetch(keyhatch.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body,
  });
}

/** Expects the same refusal in each dialect. */
async function expectCause(keyhatch: KeyhatchProcess, key: string, status: number, code: string, says: RegExp) {
  for (const { path, sentence } of Object.values(dialects)) {
    const response = await post(keyhatch, key, path);
    expect(response.status).toBe(status);
    expect(response.headers.get('x-keyhatch-error')).toBe(code);
    expect(sentence(await response.json())).toMatch(says);
  }
}

describe('an upstream that', () => {
  test('is not there is named with the cause, and once it is there everything works by itself', async () => {
    const port = await freePort();
    const keyhatch = await start({ args: ['--upstream', `http://127.0.0.1:${port}`] });
    const { key } = await keyhatch.createKey('--rpm', 'none');
    await expectCause(
      keyhatch,
      key,
      502,
      'upstream_unreachable',
      new RegExp(`127\\.0\\.0\\.1:${port}.*nothing listens`),
    );
    const [upstream] = await keyhatch.json<UpstreamStatus[]>(['upstreams', 'list']);
    expect(upstream).toMatchObject({ health: 'down', reason: expect.any(String) });

    const routes = { '/v1/models': openaiList(['m']), '/v1/chat/completions': { body: wholeOf('openai') } };
    const server = await opening(startFakeServer({ routes, port }));
    expect((await post(keyhatch, key, '/v1/chat/completions')).status).toBe(200);
    await expect
      .poll(async () => (await keyhatch.json<UpstreamStatus[]>(['upstreams', 'list']))[0]?.health, { timeout: 10_000 })
      .toBe('up');

    await server.close();
    await expectCause(keyhatch, key, 502, 'upstream_unreachable', /nothing listens at its address/);
    await opening(startFakeServer({ routes, port }));
    expect((await post(keyhatch, key, '/v1/chat/completions')).status).toBe(200);
  });

  test('hangs up before it answers', async () => {
    const upstream = await fake((arrival, res, req) => {
      if (arrival.method !== 'POST') return dialectAnswer(arrival, res, req);
      req.socket.destroy();
    });
    const keyhatch = await start({ args: ['--upstream', upstream.url] });
    const { key } = await keyhatch.createKey();
    await expectCause(keyhatch, key, 502, 'upstream_broken', /broke off its answer: its connection closed before/);
    upstream.behave = dialectAnswer;
    expect((await post(keyhatch, key, '/v1/chat/completions')).status).toBe(200);
  });

  test('does not speak HTTP', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_9.9\r\n');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    const { port } = server.address() as AddressInfo;
    const keyhatch = await start({ args: ['--upstream', `http://127.0.0.1:${port}`] });
    const { key } = await keyhatch.createKey();
    await expectCause(keyhatch, key, 502, 'upstream_broken', /did not answer in HTTP/);
  });

  test('wants a credential of its own says so as its own fault, not as the client’s', async () => {
    const upstream = await fake((_arrival, res) =>
      json(res, 401, { error: { message: 'no key', code: 'invalid_api_key' } }),
    );
    const keyhatch = await start({ args: ['--upstream', upstream.url] });
    const { key } = await keyhatch.createKey();
    await expectCause(keyhatch, key, 502, 'upstream_broken', /wants a credential of its own/);
  });

  test('redirects is not followed', async () => {
    const elsewhere = await fake();
    const upstream = await fake((arrival, res, req) => {
      if (arrival.method !== 'POST') return dialectAnswer(arrival, res, req);
      res.writeHead(307, { location: `${elsewhere.url}/v1/chat/completions` }).end();
    });
    const keyhatch = await start({ args: ['--upstream', upstream.url] });
    const { key } = await keyhatch.createKey();
    await expectCause(keyhatch, key, 502, 'upstream_broken', /redirect/);
    expect(elsewhere.journal).toHaveLength(0);
  });

  test('is slow: as long as it is waited for the client waits, and no longer', async () => {
    const gate = Promise.withResolvers<void>();
    const upstream = await fake(async (arrival, res, req) => {
      if (arrival.method === 'POST') await gate.promise;
      return dialectAnswer(arrival, res, req);
    });
    const keyhatch = await start({ args: ['--upstream', upstream.url] });
    const { key } = await keyhatch.createKey();
    await keyhatch.json(['settings', 'set', 'upstream.firstByteTimeoutMs', '200']);
    await expectCause(keyhatch, key, 504, 'upstream_timeout', /did not begin to answer within/);
    await keyhatch.json(['settings', 'set', 'upstream.firstByteTimeoutMs', '0']);
    const arrived = upstream.nextArrival();
    const answer = post(keyhatch, key, '/v1/chat/completions');
    await arrived;
    gate.resolve();
    expect((await answer).status).toBe(200);
  });

  test('is one of several and dead is left out of the list, and the others serve', async () => {
    const alive = await fake();
    const keyhatch = await start({
      args: ['--upstream', `http://127.0.0.1:${await freePort()}`, '--upstream', alive.url],
    });
    const { key } = await keyhatch.createKey();
    const models = await keyhatch.get(key, '/v1/models');
    expect(await models.json()).toMatchObject({ data: [{ id: 'm' }] });
    expect((await post(keyhatch, key, '/v1/chat/completions')).status).toBe(200);
    expect(keyhatch.stderr()).toContain('was left out of a list of models');
  });
});

test('serve outlives every kind of bad upstream', async () => {
  const upstream = await fake(unrulyAnswer);
  const keyhatch = await start({ args: ['--upstream', upstream.url] });
  const { key } = await keyhatch.createKey('--rpm', 'none');
  const models = ['fails', 'dies-before', 'dies-inside', 'dies-streaming', 'dies-in-a-frame', 'huge', 'keeps-alive'];
  await Promise.allSettled(
    [...models, ...models].flatMap((model) =>
      [false, true].map(async (stream) => (await keyhatch.chat(key, { model, stream })).arrayBuffer()),
    ),
  );
  const answer = await keyhatch.chat(key);
  expect(await answer.json()).toMatchObject({ choices: [{ message: { content: 'one two three' } }] });
  const { server } = await keyhatch.json<Status>(['status']);
  expect(server).toMatchObject({ state: 'running', running: 0 });
  expect(keyhatch.stderr()).not.toMatch(/inside Keyhatch|Unhandled|at .*\.js:\d+/);
});

describe('upstreams on the command line', () => {
  const credential = 'sk-upstream-0123456789-abcdefghijkl';

  test('added with a credential: it reaches that server and lies nowhere in the data folder', async () => {
    const seen: (string | undefined)[] = [];
    const server = await opening(startFakeModelServer('vllm', { credential, models: ['m'] }));
    const keyhatch = await startBare();
    const added = await keyhatch.cli(['upstreams', 'add', server.url.href, '--credential-stdin', '--json'], {
      stdin: `${credential}\n`,
    });
    expect(added.code).toBe(0);
    const { id, ...upstream } = JSON.parse(added.stdout) as UpstreamStatus;
    expect(upstream).toMatchObject({ kind: 'vllm', health: 'up', models: ['m'], hasCredential: true, isDefault: true });
    expect(added.stdout + added.stderr).not.toContain(credential);

    server.setRoutes({ '/v1/chat/completions': { body: wholeOf('openai') } });
    const { key } = await keyhatch.createKey();
    expect((await post(keyhatch, key, '/v1/chat/completions')).status).toBe(200);
    for (const { path, headers } of server.requests)
      if (path === '/v1/chat/completions') seen.push(headers.authorization);
    expect(seen).toEqual([`Bearer ${credential}`]);

    const answers = await Promise.all([
      keyhatch.cli(['upstreams', 'list', '--json']),
      keyhatch.cli(['upstreams', 'list']),
      keyhatch.cli(['settings', 'list', '--json']),
      keyhatch.cli(['status', '--json']),
    ]);
    expect(JSON.stringify(answers) + keyhatch.stdout() + keyhatch.stderr()).not.toContain(credential);
    expect(await everythingIn(keyhatch.dataDir)).not.toContain(credential);

    // It outlives a restart, and goes with the upstream.
    await keyhatch.stop();
    const again = await keyhatch.profile.start();
    await expect.poll(async () => (await post(again, key, '/v1/chat/completions')).status).toBe(200);
    expect(await again.json(['upstreams', 'test', id])).toMatchObject({ health: 'up' });
    await again.json(['upstreams', 'remove', id]);
    expect(await again.json(['upstreams', 'list'])).toEqual([]);
    expect((await post(again, key, '/v1/chat/completions')).headers.get('x-keyhatch-error')).toBe('no_upstream');
  });

  test('a wrong credential is told when it is added, and a right one mends it', async () => {
    const server = await opening(startFakeModelServer('vllm', { credential }));
    const keyhatch = await startBare();
    const added = await keyhatch.cli(['upstreams', 'add', server.url.href, '--credential-stdin', '--json'], {
      stdin: 'sk-this-is-not-it',
    });
    expect(JSON.parse(added.stdout)).toMatchObject({ reason: expect.stringMatching(/refuses the credential/) });
    const { id } = JSON.parse(added.stdout) as UpstreamStatus;
    await keyhatch.json(['upstreams', 'remove', id]);
    const right = await keyhatch.cli(['upstreams', 'add', server.url.href, '--credential-stdin', '--json'], {
      stdin: credential,
    });
    expect(JSON.parse(right.stdout)).toMatchObject({ health: 'up', reason: null });
  });

  test('tested: up ends with 0, down with 1 and the reason', async () => {
    const server = await startFakeModelServer('ollama');
    const keyhatch = await startBare();
    const { name } = await keyhatch.json<UpstreamStatus>(['upstreams', 'add', server.url.href]);
    expect(name).toBe('Ollama');
    expect(await keyhatch.cli(['upstreams', 'test', 'ollama'])).toMatchObject({ code: 0, stderr: '' });
    await server.close();
    const late = await testUntilAsked(keyhatch);
    expect(late).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('down') });
  });

  // An upstream is asked at most once a second, whoever wants to know.
  async function testUntilAsked(keyhatch: KeyhatchProcess) {
    const results = [await keyhatch.cli(['upstreams', 'test', 'ollama'])];
    await expect
      .poll(async () => results.push(await keyhatch.cli(['upstreams', 'test', 'ollama'])) && results.at(-1)?.code)
      .toBe(1);
    return results.at(-1);
  }

  test('twice the same, itself, or another machine without a word is refused', async () => {
    const server = await opening(startFakeModelServer('llamacpp'));
    const keyhatch = await startBare();
    const { id } = await keyhatch.json<UpstreamStatus>(['upstreams', 'add', server.url.href]);
    const calls = [
      [server.url.href, /one of the upstreams already/],
      [keyhatch.url, /this server itself/],
      ['http://192.0.2.7:1234', /--confirm/],
      ['http://user:pass@127.0.0.1:1234', /give its credential apart/],
      ['http://169.254.169.254', /cannot be a model server/],
    ] as const;
    for (const [url, says] of calls) {
      const { code, stderr } = await keyhatch.cli(['upstreams', 'add', url]);
      expect(code).toBe(1);
      expect(stderr).toMatch(says);
      expect(stderr).not.toContain('pass@');
    }
    expect((await keyhatch.json<UpstreamStatus[]>(['upstreams', 'list'])).map((one) => one.id)).toEqual([id]);
  });

  test('of this run were set by flags and cannot be changed', async () => {
    const keyhatch = await start({ args: ['--echo'] });
    const added = await keyhatch.cli(['upstreams', 'add', 'http://127.0.0.1:9']);
    expect(added).toMatchObject({ code: 1, stderr: expect.stringContaining('were set on the command line') });
    const removed = await keyhatch.cli(['upstreams', 'remove', 'Echo']);
    expect(removed).toMatchObject({ code: 1, stderr: expect.stringContaining('were set on the command line') });
  });

  test('can be added at rest and serve after the start', async () => {
    const upstream = await fake(dialectAnswer);
    const profile = await makeProfile();
    onTestFinished(profile.remove);
    await profile.json(['upstreams', 'add', upstream.url, '--name', 'box', '--vault', 'file']);
    const { key } = await profile.createKey();
    const keyhatch = await profile.start();
    expect((await post(keyhatch, key, '/v1/messages')).status).toBe(200);
    expect((await keyhatch.json<UpstreamStatus[]>(['upstreams', 'list'])).map(({ name }) => name)).toEqual(['box']);
  });
});

describe('looking around', () => {
  let keyhatch: KeyhatchProcess;
  beforeEach(async () => {
    keyhatch = await start({ args: ['--echo'] });
  });

  test('detect answers with a list', async () => {
    const found = await keyhatch.json<DetectedServer[]>(['detect']);
    expect(Array.isArray(found)).toBe(true);
    for (const { url } of found) expect(url).toMatch(/^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/);
  });

  test('doctor finds nothing bad about a healthy instance, and ends with 0', async () => {
    await keyhatch.createKey();
    const { code, stdout } = await keyhatch.cli(['doctor', '--json']);
    expect(code).toBe(0);
    const checks = JSON.parse(stdout) as Finding[];
    expect(checks.map(({ check }) => check)).toEqual(expect.arrayContaining(['server', 'vault', 'keys', 'access']));
    expect(checks.filter(({ result }) => result !== 'good')).toEqual([]);
  });

  test('doctor names what is bad and what to do, and ends with 1', async () => {
    await keyhatch.stop();
    const port = await freePort();
    const broken = await keyhatch.profile.start({ args: ['--upstream', `http://127.0.0.1:${port}`] });
    const { code, stdout, stderr } = await broken.cli(['doctor', '--json']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Not well: upstream/);
    const findings = JSON.parse(stdout) as Finding[];
    expect(findings.find(({ check }) => check === 'upstream')).toMatchObject({
      result: 'bad',
      cure: expect.any(String),
    });
    expect(findings.find(({ check }) => check === 'keys')).toMatchObject({ result: 'warning' });
  });
});

/** All bytes of all files, as text. */
async function everythingIn(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
  expect(texts.length).toBeGreaterThan(3);
  return texts.join('\n');
}

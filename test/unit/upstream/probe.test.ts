import { createServer as createTcpServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { identify } from '../../../electron/upstream/probe.ts';
import {
  fakeKinds,
  openaiList,
  startFakeLmStudio,
  startFakeModelServer,
  startFakeServer,
  startFakeVllm,
  startFakeWebPage,
} from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

const timeoutMs = 1500;

test.each(fakeKinds)('knows %s', async (kind) => {
  const server = await opening(startFakeModelServer(kind));
  const found = await identify(server.url, { timeoutMs });
  expect(found).toMatchObject({ kind, needsCredential: false, health: 'up', reason: null });
  expect(found.models).toEqual(['qwen3-8b', 'nomic-embed-text']);
  expect(found.latencyMs).toBeGreaterThanOrEqual(0);
});

describe('behind a credential', () => {
  // What these close does not hide what they are; the others are known once the credential opens them.
  test.each(['lmstudio', 'llamacpp', 'vllm', 'omlx', 'jan', 'localai', 'koboldcpp', 'tabbyapi'] as const)(
    'still knows %s',
    async (kind) => {
      const server = await opening(startFakeModelServer(kind, { credential: 's3cret' }));
      const found = await identify(server.url, { timeoutMs });
      expect(found).toMatchObject({ kind, needsCredential: true, health: 'up' });
      expect(server.requests.every(({ headers }) => !('authorization' in headers) && !('x-api-key' in headers))).toBe(
        true,
      );
    },
  );

  test.each(fakeKinds)('knows %s with it', async (kind) => {
    const server = await opening(startFakeModelServer(kind, { credential: 's3cret' }));
    const found = await identify(server.url, { credential: 's3cret', timeoutMs });
    expect(found).toMatchObject({ kind, needsCredential: true, health: 'up', reason: null });
    expect(found.models).toHaveLength(2);
  });

  test('says that a wrong one is refused', async () => {
    const server = await opening(startFakeVllm({ credential: 's3cret' }));
    const found = await identify(server.url, { credential: 'other', timeoutMs });
    expect(found).toMatchObject({ kind: 'vllm', needsCredential: true, models: [] });
    expect(found.reason).toBe('refuses the credential it is given');
  });

  test('is not shown to a server that never asks for it, but for its list', async () => {
    const server = await opening(startFakeModelServer('ollama'));
    await identify(server.url, { credential: 's3cret', timeoutMs });
    const shown = server.requests.filter(({ headers }) => 'authorization' in headers || 'x-api-key' in headers);
    expect(shown.map(({ path }) => path)).toEqual(['/api/tags']);
  });

  test('that no header can carry is told, not thrown', async () => {
    const server = await opening(startFakeVllm({ credential: 's3cret' }));
    const found = await identify(server.url, { credential: 'line\nbreak', timeoutMs });
    expect(found.reason).toBe('its credential holds characters that cannot be sent');
  });
});

describe('is not fooled', () => {
  test('by a web page that answers 200 to everything', async () => {
    const server = await opening(startFakeWebPage());
    expect(await identify(server.url, { timeoutMs })).toMatchObject({ kind: 'unknown', health: 'up', models: [] });
  });

  test('by an LM Studio without its greeting', async () => {
    const server = await opening(startFakeLmStudio());
    server.setRoutes({ '/lmstudio-greeting': { body: { error: 'Unexpected endpoint' } } });
    expect(await identify(server.url, { timeoutMs })).toMatchObject({ kind: 'lmstudio' });
  });

  test('by a server that lists models and bears no mark', async () => {
    const server = await opening(startFakeServer({ routes: { '/v1/models': openaiList(['m'], { owned_by: 'me' }) } }));
    expect(await identify(server.url, { timeoutMs })).toMatchObject({ kind: 'unknown', models: ['m'], health: 'up' });
  });

  test('by a redirect to a real one', async () => {
    const real = await opening(startFakeLmStudio());
    const location = (path: string) => ({ status: 302, headers: { location: `${real.url.origin}${path}` }, body: '' });
    const server = await opening(
      startFakeServer({
        routes: { '/lmstudio-greeting': location('/lmstudio-greeting'), '/v1/models': location('/') },
      }),
    );
    expect(await identify(server.url, { timeoutMs })).toMatchObject({ kind: 'unknown', models: [] });
    expect(real.requests).toHaveLength(0);
  });

  test('by a mark beyond 64 KiB', async () => {
    const body = `{"pad":"${'x'.repeat(70_000)}","lmstudio":true}`;
    const server = await opening(startFakeServer({ routes: { '/lmstudio-greeting': { body } } }));
    expect(await identify(server.url, { timeoutMs })).toMatchObject({ kind: 'unknown' });
  });
});

describe('tells what is wrong', () => {
  test('when nothing listens', async () => {
    const server = await startFakeWebPage();
    await server.close();
    const found = await identify(server.url, { timeoutMs });
    expect(found).toMatchObject({ kind: 'unknown', health: 'down', reason: 'nothing listens there', latencyMs: null });
  });

  test('when what answers does not speak HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {});
      socket.end('SSH-2.0-OpenSSH_10.0\r\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await opening(server);
    const { port } = server.address() as { port: number };
    const found = await identify(new URL(`http://127.0.0.1:${port}`), { timeoutMs });
    expect(found).toMatchObject({ health: 'down', reason: 'what answers there does not speak HTTP' });
  });

  test('when it takes the connection and keeps silent, within the time given', async () => {
    const server = await opening(startFakeServer({ routes: {}, anythingElse: { body: '', silent: true } }));
    const found = await identify(server.url, { timeoutMs: 300 });
    expect(found).toMatchObject({ kind: 'unknown', health: 'unknown', reason: 'no answer within 0.3 s' });
  });
});

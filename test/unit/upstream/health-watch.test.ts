import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Log } from '../../../electron/lib/log.ts';
import { createHealthWatch, type HealthWatch, type WatchedUpstream } from '../../../electron/upstream/health-watch.ts';
import { type FakeServer, openaiList, startFakeLlamaCpp, startFakeOllama } from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

function watching(initial: readonly WatchedUpstream[], everyMs = 60_000, downEveryMs = 60_000) {
  const lines: string[] = [];
  const changes: [string, string][] = [];
  const time = { ms: 1_000_000 };
  const note = (message: string, fields: Readonly<Record<string, unknown>> = {}) =>
    lines.push([message, fields.upstream, fields.reason].filter(Boolean).join(' | '));
  const log: Log = { info: note, warn: note, error: note };
  const list = { now: initial };
  const watch: HealthWatch = createHealthWatch({
    upstreams: () => list.now,
    everyMs,
    downEveryMs,
    timeoutMs: 300,
    // Every look at the clock is a little later, as in life.
    clock: { now: () => time.ms, monotonic: () => (time.ms += 0.001) },
    log,
    onChange: (id, state) => changes.push([id, state.health]),
  });
  onTestFinished(watch.stop);
  return { watch, lines, changes, time, list };
}

/** What was asked but for its slots. */
const listings = ({ requests }: FakeServer) => requests.filter(({ path }) => path !== '/props');

const upstreamOf = (server: FakeServer, more: Partial<WatchedUpstream> = {}): WatchedUpstream => ({
  id: 'u1',
  name: 'Box',
  kind: 'llamacpp',
  url: server.url,
  credential: undefined,
  ...more,
});

describe('keeps the state', () => {
  test('unknown at first, up with models after a check', async () => {
    const server = await opening(startFakeOllama({ models: ['llama3:latest'] }));
    const { watch, changes, lines } = watching([upstreamOf(server, { kind: 'ollama' })]);
    expect(watch.state('u1')).toMatchObject({ health: 'unknown', checkedAt: null });
    expect(watch.state('nobody')).toMatchObject({ health: 'unknown' });
    await watch.refresh('u1');
    const state = watch.state('u1');
    expect(state).toMatchObject({ health: 'up', reason: null, listed: ['llama3:latest'] });
    expect([...state.models].sort()).toEqual(['llama3', 'llama3:latest']);
    expect(state.checkedAt).toBeGreaterThan(0);
    expect(changes).toEqual([['u1', 'up']]);
    expect(lines).toEqual(['upstream is up | Box']);
  });

  test('logs a change once, not each check', async () => {
    const server = await startFakeLlamaCpp();
    const { watch, lines, changes, time } = watching([upstreamOf(server)]);
    const checks = async (times: number) => {
      for (let n = 0; n < times; n += 1) {
        time.ms += 2000;
        await watch.refresh();
      }
    };
    await checks(3);
    await server.close();
    await checks(3);
    expect(lines).toEqual(['upstream is up | Box', 'upstream is down | Box | nothing listens there']);
    expect(changes.map(([, health]) => health)).toEqual(['up', 'down']);
    expect(watch.state('u1').models.has('qwen3-8b')).toBe(true);
  });

  test('up with a remark where it answers and does not list', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, time } = watching([upstreamOf(server)]);
    server.setRoutes({ '/v1/models': { status: 503, body: { error: { code: 503, message: 'Loading model' } } } });
    await watch.refresh();
    expect(watch.state('u1')).toMatchObject({ health: 'up', reason: 'is loading a model' });
    server.setRoutes({ '/v1/models': { status: 401, body: '' } });
    time.ms += 2000;
    await watch.refresh();
    expect(watch.state('u1')).toMatchObject({ health: 'up', reason: 'needs a credential' });
  });

  test('up while a server that was up is too busy to list', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, time } = watching([upstreamOf(server)]);
    const silent = { '/v1/models': { body: '', silent: true } };
    await watch.refresh();
    server.setRoutes(silent);
    time.ms += 2000;
    await watch.refresh();
    expect(watch.state('u1')).toMatchObject({ health: 'up', reason: 'no answer within 0.3 s' });
    watch.noteFailure('u1', 'nothing listens there');
    time.ms += 2000;
    await watch.refresh();
    expect(watch.state('u1').health).toBe('unknown');
  });

  test('tells of a model that came or went', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, changes, time } = watching([upstreamOf(server)]);
    await watch.refresh();
    server.setRoutes({ '/v1/models': openaiList(['new']) });
    time.ms += 2000;
    await watch.refresh();
    expect(changes).toHaveLength(2);
    expect([...watch.state('u1').models]).toEqual(['new']);
  });

  test('forgets what it knew when the address or the credential changes', async () => {
    const server = await opening(startFakeLlamaCpp());
    const guarded = await opening(startFakeOllama({ credential: 'k', models: ['m'] }));
    const { watch, list } = watching([upstreamOf(server)]);
    await watch.refresh();
    list.now = [upstreamOf(guarded, { kind: 'ollama' })];
    await watch.refresh();
    expect(watch.state('u1')).toMatchObject({ reason: 'needs a credential', listed: [] });
    list.now = [upstreamOf(guarded, { kind: 'ollama', credential: 'k' })];
    await watch.refresh();
    expect(watch.state('u1')).toMatchObject({ health: 'up', reason: null, listed: ['m'] });
  });
});

test('knows how many requests llama.cpp answers at once, and tells when that changes', async () => {
  const server = await opening(startFakeLlamaCpp());
  const { watch, time, changes } = watching([upstreamOf(server)]);
  expect(watch.state('u1').slots).toBeNull();
  await watch.refresh();
  expect(watch.state('u1').slots).toBe(1);
  server.setRoutes({ '/props': { body: { total_slots: 3 } } });
  time.ms += 5000;
  await watch.refresh();
  expect(watch.state('u1').slots).toBe(3);
  expect(changes).toHaveLength(2);
});

describe('asks sparingly', () => {
  test('one question for many, and no more than one a second', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, time } = watching([upstreamOf(server)]);
    await Promise.all([watch.refresh(), watch.refresh('u1'), watch.refresh('u1')]);
    time.ms += 500;
    await watch.refresh();
    expect(listings(server)).toHaveLength(1);
    time.ms += 600;
    await watch.refresh();
    expect(listings(server)).toHaveLength(2);
  });
});

describe('noteFailure', () => {
  test('marks down at once, and a later check brings it up again', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, changes, time } = watching([upstreamOf(server)]);
    await watch.refresh();
    watch.noteFailure('u1', 'nothing listens there');
    expect(watch.state('u1')).toMatchObject({ health: 'down', reason: 'nothing listens there' });
    watch.noteFailure('gone', 'whatever');
    time.ms += 2000;
    await watch.refresh();
    expect(changes.map(([, health]) => health)).toEqual(['up', 'down', 'up']);
  });

  test('is not undone by a check that began before it', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch } = watching([upstreamOf(server)]);
    const running = watch.refresh();
    watch.noteFailure('u1', 'nothing listens there');
    await running;
    expect(watch.state('u1').health).toBe('down');
  });

  test('brings a check soon, by itself', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, time } = watching([upstreamOf(server)], 60_000, 50);
    watch.start();
    await vi.waitFor(() => expect(watch.state('u1').health).toBe('up'));
    watch.noteFailure('u1', 'nothing listens there');
    time.ms += 1100;
    await vi.waitFor(() => expect(watch.state('u1').health).toBe('up'));
  });
});

describe('start and stop', () => {
  test('checks by itself, also upstreams that come later, and forgets those that go', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, list } = watching([], 60_000, 20);
    watch.start();
    list.now = [upstreamOf(server)];
    await vi.waitFor(() => expect(watch.state('u1').health).toBe('up'));
    list.now = [];
    await vi.waitFor(() => expect(watch.state('u1').health).toBe('unknown'));
  });

  test('a stopped watch asks nothing more, and refresh still works', async () => {
    const server = await opening(startFakeLlamaCpp());
    const { watch, time } = watching([upstreamOf(server)], 10, 10);
    watch.start();
    await vi.waitFor(() => expect(watch.state('u1').health).toBe('up'));
    watch.stop();
    time.ms += 5000;
    const asked = listings(server).length;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(listings(server)).toHaveLength(asked);
    await watch.refresh();
    expect(listings(server)).toHaveLength(asked + 1);
  });

  test('a listener that throws harms nobody', async () => {
    const server = await opening(startFakeLlamaCpp());
    const lines: string[] = [];
    const note = (message: string) => lines.push(message);
    const watch = createHealthWatch({
      upstreams: () => [upstreamOf(server)],
      clock: { now: Date.now, monotonic: () => performance.now() },
      log: { info: note, warn: note, error: note },
      onChange: () => {
        throw new Error('no');
      },
    });
    await watch.refresh();
    expect(watch.state('u1').health).toBe('up');
    expect(lines).toContain('a listener to upstream health failed');
  });
});

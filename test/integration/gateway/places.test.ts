// A model server with few places: who waits in line, who goes first, and who leaves it without having been answered.

import { afterEach, describe, expect, test } from 'vitest';
import type { GatewayKey } from '../../../electron/gateway/ports.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import type { Priority } from '../../../shared/limit-model.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, type BedOptions, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

/** Answers only when it is told to, one request after the other. */
type HeldUpstream = { readonly arrived: string[]; readonly answerNext: () => void };

async function busyBed(options: BedOptions = {}, places = 1): Promise<HeldUpstream> {
  bed = await makeBed(options);
  setPlaces(places);
  return holding(bed.upstream);
}

function setPlaces(parallel: number | null): void {
  const [first] = bed.upstreams;
  if (first) bed.upstreams[0] = { ...first, parallel };
  bed.gateway.upstreamsChanged();
}

function holding(upstream: FakeUpstream): HeldUpstream {
  const answer = upstream.behave;
  const waiting: (() => void)[] = [];
  const arrived: string[] = [];
  upstream.behave = (arrival, res, req) => {
    arrived.push(String(JSON.parse(arrival.body.toString()).user));
    waiting.push(() => void answer(arrival, res, req));
  };
  return { arrived, answerNext: () => waiting.shift()?.() };
}

const ask = (user: string, init: { readonly key?: string; readonly signal?: AbortSignal } = {}) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat({ user }), ...init });
const queued = (count: number) => expect.poll(() => bed.gateway.queued()).toBe(count);
const keyOf = (priority: Priority): Partial<GatewayKey> => ({ policy: { ...usualPolicy, priority } });
const code = (response: Response) => response.headers.get('x-keyhatch-error');

test('requests wait for a place in the order in which they came, and the row says how long', async () => {
  const upstream = await busyBed();
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const second = ask('second');
  await queued(1);
  const third = ask('third');
  await queued(2);
  expect(upstream.arrived).toEqual(['first']);
  expect(bed.gateway.running()).toBe(1);
  expect(bed.gateway.placesAt('up1')).toEqual({ running: 1, queued: 2 });
  for (const name of ['second', 'third']) {
    upstream.answerNext();
    await expect.poll(() => upstream.arrived.at(-1)).toBe(name);
  }
  upstream.answerNext();
  expect((await Promise.all([first, second, third])).map(({ status }) => status)).toEqual([200, 200, 200]);
  await expect.poll(() => bed.gateway.placesAt('up1')).toEqual({ running: 0, queued: 0 });
});

test('a key of high priority goes before those that wait already, and a low one after them', async () => {
  const upstream = await busyBed();
  const high = bed.addKey(keyOf('high'));
  const low = bed.addKey(keyOf('low'));
  const asked = [ask('first')];
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  for (const [name, key] of [
    ['low', low.key],
    ['normal', bed.key],
    ['high', high.key],
  ] as const) {
    asked.push(ask(name, { key }));
    await queued(asked.length - 1);
  }
  for (let answered = 1; answered <= 4; answered += 1) {
    upstream.answerNext();
    await expect.poll(() => upstream.arrived.length).toBe(Math.min(4, answered + 1));
  }
  await Promise.all(asked);
  expect(upstream.arrived).toEqual(['first', 'high', 'normal', 'low']);
});

describe('a full line', () => {
  test('refuses with queue_full, in the caller’s dialect, and says when to come again', async () => {
    const upstream = await busyBed({ settings: { 'queue.maxWaiting': 1 } });
    const first = ask('first');
    await expect.poll(() => upstream.arrived).toEqual(['first']);
    const second = ask('second');
    await queued(1);
    const refused = await ask('third');
    expect(refused.status).toBe(429);
    expect(code(refused)).toBe('queue_full');
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(59);
    expect(await refused.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
    const anthropic = await bed.fetch('/v1/messages', { method: 'POST', body: chat({ max_tokens: 5 }) });
    expect(await anthropic.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    upstream.answerNext();
    await expect.poll(() => upstream.arrived).toEqual(['first', 'second']);
    upstream.answerNext();
    await Promise.all([first, second]);
  });

  test('lets a higher priority in, in place of the last of a lower one', async () => {
    const upstream = await busyBed({ settings: { 'queue.maxWaiting': 1 } });
    const high = bed.addKey(keyOf('high'));
    const first = ask('first');
    await expect.poll(() => upstream.arrived).toEqual(['first']);
    const normal = ask('normal');
    await queued(1);
    const urgent = ask('urgent', { key: high.key });
    const pushedOut = await normal;
    expect([pushedOut.status, code(pushedOut)]).toEqual([429, 'queue_full']);
    upstream.answerNext();
    await expect.poll(() => upstream.arrived).toEqual(['first', 'urgent']);
    upstream.answerNext();
    expect((await urgent).status).toBe(200);
    await first;
  });

  test('of length 0 refuses at once', async () => {
    const upstream = await busyBed({ settings: { 'queue.maxWaiting': 0 } });
    const first = ask('first');
    await expect.poll(() => upstream.arrived).toEqual(['first']);
    expect(code(await ask('second'))).toBe('queue_full');
    upstream.answerNext();
    await first;
  });
});

test('who has waited as long as may be is told to come again', async () => {
  const upstream = await busyBed({ settings: { 'queue.maxWaitMs': 20 } });
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const late = await ask('second');
  expect([late.status, code(late)]).toEqual([429, 'queue_full']);
  expect(await late.json()).toMatchObject({ error: { message: expect.stringContaining('no place came free') } });
  upstream.answerNext();
  await first;
});

test('a client that leaves leaves the line, and what it asked never reaches the model server', async () => {
  const upstream = await busyBed();
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const leaving = new AbortController();
  const row = bed.nextRow();
  const gone = ask('gone', { signal: leaving.signal }).catch(() => 'left');
  await queued(1);
  leaving.abort();
  expect(await gone).toBe('left');
  await queued(0);
  expect(await row).toMatchObject({ outcome: 'client_gone', errorCode: 'client_gone', upstreamId: null });
  upstream.answerNext();
  await first;
  const next = ask('next');
  await expect.poll(() => upstream.arrived).toEqual(['first', 'next']);
  upstream.answerNext();
  expect((await next).status).toBe(200);
});

test.each([
  ['revoked', { status: 'revoked' }, 401, 'key_revoked'],
  ['paused', { status: 'paused' }, 403, 'key_paused'],
  ['past its end', { expiresAt: 1 }, 401, 'key_expired'],
] as const)('a key that is %s while it waits is refused at once', async (_what, change, status, wanted) => {
  const upstream = await busyBed();
  const other = bed.addKey();
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const waiting = ask('waiting', { key: other.key });
  await queued(1);
  bed.changeKey(other.id, change);
  const refused = await waiting;
  expect([refused.status, code(refused)]).toEqual([status, wanted]);
  expect(bed.gateway.queued()).toBe(0);
  upstream.answerNext();
  expect((await first).status).toBe(200);
});

test('a server that stops refuses those who wait and lets the running one end', async () => {
  const upstream = await busyBed();
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const waiting = ask('waiting');
  await queued(1);
  const stopped = bed.gateway.stop(10_000);
  expect(code(await waiting)).toBe('server_stopping');
  upstream.answerNext();
  expect((await first).status).toBe(200);
  await stopped;
});

test('another server of the same model that has a place is taken before anybody waits', async () => {
  const upstream = await busyBed();
  const other = await startFakeUpstream();
  bed.addUpstream(other, { parallel: 1 });
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  const row = bed.nextRow();
  expect((await ask('second')).status).toBe(200);
  expect(await row).toMatchObject({ upstreamId: 'up2' });
  upstream.answerNext();
  await first;
  await other.close();
});

test('a place whose server refuses the connection is given up for one in line at the other', async () => {
  const upstream = await busyBed({}, 4);
  const other = holding(await addSecond());
  await bed.upstream.close();
  const asked = [ask('one'), ask('two')];
  await expect.poll(() => other.arrived.length).toBe(1);
  await queued(1);
  expect(upstream.arrived).toEqual([]);
  other.answerNext();
  await expect.poll(() => other.arrived.length).toBe(2);
  other.answerNext();
  expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([200, 200]);
});

async function addSecond(): Promise<FakeUpstream> {
  const second = await startFakeUpstream();
  bed.addUpstream(second, { parallel: 1 });
  return second;
}

test('more places take those who wait', async () => {
  const upstream = await busyBed();
  const asked = [ask('first'), ask('second')];
  await queued(1);
  setPlaces(2);
  await expect.poll(() => upstream.arrived.length).toBe(2);
  upstream.answerNext();
  upstream.answerNext();
  await Promise.all(asked);
});

test('lists, and asking about oneself, wait for nobody', async () => {
  const upstream = await busyBed({ settings: { 'queue.maxWaiting': 0 } });
  const first = ask('first');
  await expect.poll(() => upstream.arrived).toEqual(['first']);
  bed.upstream.behave = (_arrival, res) => void res.end('{"object":"list","data":[]}');
  expect((await bed.fetch('/v1/models')).status).toBe(200);
  expect((await bed.fetch('/keyhatch/v1/key')).status).toBe(200);
  upstream.answerNext();
  await first;
});

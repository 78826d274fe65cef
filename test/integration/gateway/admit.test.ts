// Requests a minute over a rolling 60 seconds, parallel requests, and what a client is told when it has to wait.

import { afterEach, describe, expect, test } from 'vitest';
import { type Bed, type BedOptions, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

/** A clock that stands still until it is moved. */
function heldClock() {
  let now = 1_800_000_000_000;
  const offset = now - 5_000_000;
  return {
    now: () => now,
    monotonic: () => now - offset,
    pass(ms: number): void {
      now += ms;
    },
  };
}

const limited = (rpm: number | null, parallel: number | null = null): NonNullable<BedOptions['key']> => ({
  limits: { rpm, parallel },
});
const ask = () => bed.fetch('/v1/chat/completions', { method: 'POST', body: chat() });

describe('requests a minute', () => {
  test('are counted over any 60 seconds, not by the clock’s minutes', async () => {
    const clock = heldClock();
    bed = await makeBed({ clock, key: limited(3) });
    expect((await ask()).status).toBe(200);
    clock.pass(30_000);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
    clock.pass(29_999);
    expect((await ask()).status).toBe(429);
    clock.pass(1);
    expect((await ask()).status).toBe(200);
    expect((await ask()).status).toBe(429);
  });

  test('say when to come back: whole seconds from 1 to 59, and milliseconds', async () => {
    const clock = heldClock();
    bed = await makeBed({ clock, key: limited(1) });
    await ask();
    const atOnce = await ask();
    expect(atOnce.status).toBe(429);
    expect(atOnce.headers.get('retry-after')).toBe('59');
    expect(atOnce.headers.get('retry-after-ms')).toBe('59000');
    expect(atOnce.headers.get('x-should-retry')).toBeNull();
    expect(await atOnce.json()).toMatchObject({ error: { type: 'requests', code: 'rate_limit_exceeded' } });
    clock.pass(59_500);
    const soon = await ask();
    expect(soon.headers.get('retry-after')).toBe('1');
    expect(soon.headers.get('retry-after-ms')).toBe('500');
  });

  test('are shown on every answer', async () => {
    const clock = heldClock();
    bed = await makeBed({ clock, key: limited(2) });
    const first = await ask();
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    clock.pass(10_000);
    await ask();
    const refused = await ask();
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(refused.headers.get('x-ratelimit-reset-requests')).toBe('50s');
  });

  test('do not count what was rejected, so that a client cannot dig itself in', async () => {
    const clock = heldClock();
    bed = await makeBed({ clock, key: limited(1) });
    await ask();
    for (let i = 0; i < 10; i++) expect((await ask()).status).toBe(429);
    clock.pass(60_000);
    expect((await ask()).status).toBe(200);
  });

  test('survive a restart, however the wall clock stands to the monotonic one', async () => {
    const clock = heldClock();
    // May have been used until the slice after it ended.
    const slice = { startsAt: clock.now() - 40_000, endsAt: clock.now() - 30_000 };
    const counted = [{ owner: { kind: 'key', id: 'restored' }, counter: 'rpm', ...slice, amount: 1 } as const];
    bed = await makeBed({ clock, key: { id: 'restored', ...limited(1) }, counted });
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('40');
    clock.pass(40_000);
    expect((await ask()).status).toBe(200);
  });

  test('of 0 let nothing pass and are not to be tried again', async () => {
    bed = await makeBed({ key: limited(0) });
    const response = await ask();
    expect(response.status).toBe(429);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('retry-after')).toBeNull();
  });

  test('of one key never slow another', async () => {
    bed = await makeBed({ key: limited(1) });
    const other = bed.addKey({ limits: { rpm: 5, parallel: null } });
    await ask();
    expect((await ask()).status).toBe(429);
    expect((await bed.fetch('/v1/models', { key: other.key })).status).toBe(200);
  });

  test('can be asked about by a key that has none left', async () => {
    bed = await makeBed({ key: { name: 'phone', ...limited(1) } });
    await ask();
    const response = await bed.fetch('/keyhatch/v1/key');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      name: 'phone',
      limits: { requests_per_minute: 1 },
      remaining: { requests_this_minute: 0 },
      usage_today: { requests: 1 },
    });
  });
});

describe('parallel requests', () => {
  test('beyond the limit are refused until one ends', async () => {
    bed = await makeBed({ key: limited(null, 1) });
    const answers: (() => void)[] = [];
    const answer = bed.upstream.behave;
    bed.upstream.behave = (arrival, res, req) => void answers.push(() => void answer(arrival, res, req));
    const arrived = bed.upstream.nextArrival();
    const first = ask();
    await arrived;
    const refused = await ask();
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    answers[0]?.();
    expect((await first).status).toBe(200);
    await expect.poll(() => bed.gateway.running()).toBe(0);
    bed.upstream.behave = answer;
    expect((await ask()).status).toBe(200);
  });
});

test('a refused request leaves a row that says whose it was', async () => {
  bed = await makeBed({ key: limited(0) });
  await ask();
  expect(bed.rows).toMatchObject([
    { keyId: expect.any(String), outcome: 'refused', status: 429, errorCode: 'key_blocked', upstreamId: null },
  ]);
  expect(bed.upstream.journal).toHaveLength(0);
});

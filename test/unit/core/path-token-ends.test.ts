// Path tokens that have lived their time: told once each, whenever that is.

import { expect, test } from 'vitest';
import { createPathTokenEnds } from '../../../electron/core/path-token-ends.ts';
import { systemClock } from '../../../electron/lib/clock.ts';
import type { KeptWay } from '../../../shared/ways-model.ts';

const pathToken = (expiresAt: number): KeptWay => ({
  ...{ id: `way${expiresAt}`, keyId: 'k', createdAt: 0, kind: 'path_token', name: 'tv', networks: [], models: null },
  expiresAt,
});

test('the end of each is told when it comes, and those that have ended before are no news', async () => {
  const kept = [pathToken(systemClock.now() - 1000), pathToken(systemClock.now() + 30)];
  let told = 0;
  let tell = () => {};
  const ends = createPathTokenEnds({
    ways: { all: () => kept },
    onEnd() {
      told += 1;
      tell();
    },
    clock: systemClock,
  });
  const heard = () => new Promise<void>((resolve) => (tell = resolve));
  const first = heard();
  ends.look();
  expect(told).toBe(0);
  await first;
  expect(told).toBe(1);
  const second = heard();
  kept.push(pathToken(systemClock.now() + 30));
  ends.look();
  await second;
  expect(told).toBe(2);
  ends.close();
});

test('what ended while the machine slept is told at the next look, and after its end nothing is', () => {
  let now = 1_000;
  let told = 0;
  const ends = createPathTokenEnds({
    ways: { all: () => [pathToken(5_000), pathToken(9_000)] },
    onEnd() {
      told += 1;
    },
    clock: { now: () => now, monotonic: () => now },
  });
  now = 6_000;
  ends.look();
  ends.look();
  expect(told).toBe(1);
  ends.close();
  now = 10_000;
  ends.look();
  expect(told).toBe(1);
});

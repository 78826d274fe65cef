// What is remembered of requests that another program passed on.

import { expect, test } from 'vitest';
import { createForwardedNotes } from '../../../electron/gateway/forwarded-notes.ts';

function heldNotes() {
  let now = Date.UTC(2026, 2, 1, 12);
  let firsts = 0;
  const notes = createForwardedNotes({
    clock: { now: () => now, monotonic: () => now },
    onFirst: () => {
      firsts += 1;
    },
  });
  return {
    ...notes,
    firsts: () => firsts,
    goOn: (ms: number) => {
      now += ms;
    },
  };
}

test('counts by header and side, the newest first', () => {
  const held = heldNotes();
  held.note('cf-*', true);
  held.note('cf-*', true);
  held.goOn(1000);
  held.note('x-forwarded-for', false);
  expect(held.now()).toMatchObject([
    { header: 'x-forwarded-for', fromHere: false, perMinute: 1 },
    { header: 'cf-*', fromHere: true, perMinute: 2, lastAt: Date.UTC(2026, 2, 1, 12) },
  ]);
  expect(held.firsts()).toBe(2);
});

test('the count is that of the last minute, and an hour later nothing is left', () => {
  const held = heldNotes();
  for (let count = 0; count < 10; count++) held.note('via', true);
  held.goOn(90_000);
  expect(held.now()).toMatchObject([{ perMinute: 5 }]);
  held.goOn(60_000);
  expect(held.now()).toMatchObject([{ perMinute: 0 }]);
  held.goOn(3_600_000);
  expect(held.now()).toEqual([]);
  held.note('via', true);
  expect(held.firsts()).toBe(2);
});

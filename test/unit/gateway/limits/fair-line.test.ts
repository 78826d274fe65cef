// The line for busy model servers, in 10,000 random schedules: the best rank is always next, nobody is overtaken by who came
// much later, and whatever joins is served.

import { expect, test } from 'vitest';
import { createFairLine, type FairLine, longestPutOffMs, type Spot } from '../../../../electron/gateway/fair-line.ts';
import { type Priority, priorities } from '../../../../shared/limit-model.ts';

type Waiting = { readonly id: number; readonly at: number; readonly priority: Priority; readonly callerId: string };

/** Numbers that look random and are the same in every run. */
function makeDice(seed: number): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
}

function serveNext(line: FairLine<Waiting>): Spot<Waiting> | undefined {
  const spot = line.next(() => true);
  if (spot) line.leave(spot);
  return spot;
}

test('in 10,000 schedules nobody starves: who waits is overtaken by nobody who came more than 45 s later', () => {
  for (let seed = 1; seed <= 10_000; seed += 1) {
    const roll = makeDice(seed);
    const line = createFairLine<Waiting>();
    const waiting = new Map<number, Waiting>();
    let now = 0;
    let overtakenBy = 0;
    // First a rush, then what comes when places come free again.
    const rush = 20 + roll(20);
    for (let step = 0; step < 90; step += 1) {
      now += roll(step < rush ? 300 : 6_000);
      if (roll(10) < (step < rush ? 9 : 4)) {
        const priority = priorities[roll(3)] ?? 'normal';
        const one = { id: step, at: now, priority, callerId: roll(8) === 0 ? `k${step}` : 'many' };
        line.join(one, { priority, callerId: one.callerId, atMs: now });
        waiting.set(step, one);
      } else {
        const served = serveNext(line)?.item;
        if (!served) continue;
        waiting.delete(served.id);
        for (const other of waiting.values()) overtakenBy = Math.max(overtakenBy, served.at - other.at);
      }
    }
    while (waiting.size > 0) {
      const served = serveNext(line)?.item;
      if (!served) throw new Error(`schedule ${seed} leaves somebody in line for ever`);
      waiting.delete(served.id);
    }
    if (overtakenBy > longestPutOffMs) throw new Error(`in schedule ${seed} somebody came ${overtakenBy} ms later`);
    expect(line.size()).toBe(0);
  }
});

const join = (line: FairLine<string>, item: string, priority: Priority, callerId: string, atMs: number) =>
  line.join(item, { priority, callerId, atMs });

function orderOf(line: FairLine<string>): string[] {
  const order: string[] = [];
  for (let spot = line.next(() => true); spot; spot = line.next(() => true)) {
    order.push(spot.item);
    line.leave(spot);
  }
  return order;
}

test('the higher priority goes first, and of the same one who came first', () => {
  const line = createFairLine<string>();
  join(line, 'low', 'low', 'a', 0);
  join(line, 'normal', 'normal', 'b', 1);
  join(line, 'later', 'normal', 'c', 2);
  join(line, 'high', 'high', 'd', 3);
  expect(orderOf(line)).toEqual(['high', 'normal', 'later', 'low']);
});

test('a low one that has waited long goes before a high one that is new', () => {
  const line = createFairLine<string>();
  join(line, 'low', 'low', 'a', 0);
  join(line, 'high', 'high', 'b', 25_001);
  expect(orderOf(line)).toEqual(['low', 'high']);
});

test('one caller with many does not fill the line for the others', () => {
  const line = createFairLine<string>();
  for (let request = 0; request < 20; request += 1) join(line, `many ${request}`, 'normal', 'many', 0);
  join(line, 'single', 'normal', 'single', 1_000);
  expect(orderOf(line).indexOf('single')).toBe(1);
});

test('the first whom it fits is next, and positions are told from 1', () => {
  const line = createFairLine<string>();
  const first = join(line, 'one', 'high', 'a', 0);
  const second = join(line, 'two', 'high', 'b', 1);
  expect([line.position(first), line.position(second)]).toEqual([1, 2]);
  expect(line.next((item) => item === 'two')).toBe(second);
  line.leave(first);
  line.leave(first);
  expect(line.position(second)).toBe(1);
  expect(line.items()).toEqual(['two']);
});

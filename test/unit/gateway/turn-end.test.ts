// Work that is put off to the end of a turn: all of it in one go and in order, and soon for whoever is alone.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurnEnd } from '../../../electron/gateway/turn-end.ts';

test('what comes in one turn is done together, once and in order', async () => {
  const done: string[] = [];
  const later = createTurnEnd<string>(
    (item) => done.push(item),
    () => false,
  );
  later('a');
  await Promise.resolve();
  later('b');
  expect(done).toEqual([]);
  await nextTurn();
  expect(done).toEqual(['a', 'b']);
  later('c');
  await nextTurn();
  expect(done).toEqual(['a', 'b', 'c']);
});

test('somebody alone does not wait for the turn to end', async () => {
  const done: string[] = [];
  const later = createTurnEnd<string>(
    (item) => done.push(item),
    () => true,
  );
  later('a');
  expect(done).toEqual([]);
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(done).toEqual(['a']);
});

// The bag of what runs: what was taken out is gone, and places are used again.

import { expect, test } from 'vitest';
import { createBag } from '../../../electron/gateway/bag.ts';

test('holds what was put in until it is taken out, and uses its places again', () => {
  const bag = createBag<{ readonly name: string }>();
  const names = () =>
    bag
      .items()
      .map(({ name }) => name)
      .sort();
  const a = bag.add({ name: 'a' });
  bag.add({ name: 'b' });
  bag.remove(a);
  expect([names(), bag.size()]).toEqual([['b'], 1]);
  expect(bag.add({ name: 'c' })).toBe(a);
  expect([names(), bag.size()]).toEqual([['b', 'c'], 2]);
});

test('equal items have places of their own', () => {
  const bag = createBag<object>();
  const item = {};
  const first = bag.add(item);
  bag.add(item);
  bag.remove(first);
  expect(bag.items()).toEqual([item]);
});

// How many failures to get in are written down, whoever fails how often; with a clock that stands still.

import { expect, test } from 'vitest';
import { createFailureNotes } from '../../../electron/lib/failure-notes.ts';
import { heldClock } from '../storage/fixtures/open-profile.ts';

const makeNotes = () => {
  const clock = heldClock(1_000_000);
  return { clock, notes: createFailureNotes({ clock }) };
};

test('one a minute for each address, and for a /64 as for one', () => {
  const { clock, notes } = makeNotes();
  expect(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '2001:db8::ffff', '192.0.2.2'].map(notes.take)).toEqual([
    'this',
    undefined,
    'this',
    undefined,
    'this',
  ]);
  clock.goOn(59_999);
  expect(notes.take('192.0.2.1')).toBeUndefined();
  clock.goOn(1);
  expect(notes.take('192.0.2.1')).toBe('this');
});

test('ten a minute over all addresses, and then once that there are more', () => {
  const { clock, notes } = makeNotes();
  const many = (net: number) => Array.from({ length: 2_000 }, (_, n) => notes.take(`10.${net}.${n >> 8}.${n & 255}`));
  const ten = Array.from({ length: 10 }, () => 'this');
  expect(many(1).filter(Boolean)).toEqual([...ten, 'more']);
  expect(many(2).filter(Boolean)).toEqual([]);
  clock.goOn(60_000);
  expect(many(1).filter(Boolean)).toEqual([...ten, 'more']);
});

// Batches: when they are written, and what happens to them when they cannot be.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Batch, createBatchWriter } from '../../../electron/storage/batch-writer.ts';
import { heldClock, listeningLog } from './fixtures/open-profile.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function writerTo(writeItems: (items: readonly string[]) => void, capacity = 100_000) {
  const write = async ({ items }: Batch<string>) => writeItems(items);
  const log = listeningLog();
  const clock = heldClock(0);
  const isUnwritable = (error: unknown) => error instanceof RangeError;
  return { log, clock, writer: createBatchWriter<string>({ write, isUnwritable, capacity, clock, log }) };
}

test('what comes after a rest is written at once, and what comes within the second after that is one batch', async () => {
  const batches: string[][] = [];
  const { writer, clock } = writerTo((batch) => batches.push([...batch]));
  const pass = async (ms: number) => {
    clock.goOn(ms);
    await vi.advanceTimersByTimeAsync(ms);
  };
  writer.add('a');
  await pass(49);
  expect(batches).toEqual([]);
  await pass(1);
  expect(batches).toEqual([['a']]);
  writer.add('b');
  await pass(600);
  writer.add('c');
  await pass(399);
  expect(batches).toHaveLength(1);
  await pass(1);
  expect(batches).toEqual([['a'], ['b', 'c']]);
  await pass(10_000);
  writer.add('d');
  await pass(50);
  expect(batches[2]).toEqual(['d']);
});

test('a failing write keeps everything in order, is told once, and recovers by itself', async () => {
  const written: string[] = [];
  let full = true;
  const { writer, log } = writerTo((batch) => {
    if (full) throw new Error('database or disk is full');
    written.push(...batch);
  });
  writer.add('a');
  await vi.advanceTimersByTimeAsync(3000);
  writer.add('b');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(writer.waiting()).toBe(2);
  expect(log.heard.filter(({ level }) => level === 'error')).toHaveLength(1);
  full = false;
  await vi.advanceTimersByTimeAsync(5000);
  expect(written).toEqual(['a', 'b']);
  expect(log.heard.at(-1)).toMatchObject({ level: 'info', fields: { written: 2 } });
});

test('beyond the capacity the oldest are lost, which is told at most once a minute with their number', async () => {
  let full = true;
  const written: string[] = [];
  const { writer, log, clock } = writerTo((batch) => {
    if (full) throw new Error('full');
    written.push(...batch);
  }, 3);
  for (const item of ['a', 'b', 'c', 'd', 'e']) writer.add(item);
  expect(writer.waiting()).toBe(3);
  clock.goOn(60_000);
  writer.add('f');
  expect(log.heard.map(({ fields }) => fields.lost)).toEqual([1, 2]);
  expect(writer.lost()).toBe(3);
  full = false;
  await writer.flush();
  expect(written).toEqual(['d', 'e', 'f']);
});

test('an item that can never be written is dropped alone', async () => {
  const written: string[] = [];
  const { writer, log } = writerTo((batch) => {
    if (batch.includes('bad')) throw new RangeError('no such value');
    written.push(...batch);
  });
  for (const item of ['a', 'b', 'bad', 'c', 'd']) writer.add(item);
  await writer.flush();
  expect(written).toEqual(['a', 'b', 'c', 'd']);
  expect(writer.waiting()).toBe(0);
  expect(log.heard).toMatchObject([{ level: 'error', fields: { lost: 1 } }]);
  expect(writer.lost()).toBe(1);
});

test('closing writes what waits, and what cannot be written or comes later is said to be lost', async () => {
  const batches: string[][] = [];
  const well = writerTo((batch) => batches.push([...batch]));
  well.writer.add('a');
  await well.writer.close();
  expect(batches).toEqual([['a']]);
  well.writer.add('b');
  expect(well.log.heard).toMatchObject([{ level: 'error', fields: { lost: 1 } }]);

  const ill = writerTo(() => {
    throw new Error('full');
  });
  ill.writer.add('a');
  await ill.writer.close();
  expect(ill.log.heard.at(-1)).toMatchObject({ level: 'error', fields: { lost: 1 } });
  expect(vi.getTimerCount()).toBe(0);
});

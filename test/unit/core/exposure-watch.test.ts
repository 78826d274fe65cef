// When something became worse, it is noted once; what an earlier run noted is no news; what was closed is noted too.

import { expect, onTestFinished, test } from 'vitest';
import { warning } from '../../../electron/core/exposure-finding.ts';
import { createExposureWatch } from '../../../electron/core/exposure-watch.ts';
import type { HistoryNote } from '../../../electron/core/history.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Exposure } from '../../../shared/network-model.ts';

const tunnel = warning('tunnel', 'Requests come through a tunnel.', null, 'tunnel');
const keysOff = warning('access', 'Keys are off.', null, 'keys-off');

function setUp(earlier: readonly string[] = []) {
  const facts: { found: Exposure[]; fail?: boolean } = { found: [] };
  const noted: string[] = [];
  const waiting: (() => void)[] = [];
  let told = 0;
  const note = ({ action, detail }: HistoryNote) => `${action}: ${detail}`;
  const watch = createExposureWatch({
    async examine() {
      for (const go of waiting.splice(0)) queueMicrotask(go);
      if (facts.fail) throw new Error('the disk is gone');
      return facts.found;
    },
    history: {
      record: (one) => void noted.push(note(one)),
      recordOnce: (one) => !earlier.includes(note(one)) && noted.push(note(one)) > 0,
    },
    onChange: () => {
      told += 1;
    },
    log: silentLog,
    settleMs: 1,
  });
  onTestFinished(watch.close);
  return { facts, noted, watch, told: () => told, looked: () => new Promise<void>((done) => waiting.push(done)) };
}

test('what is there at the start is noted unless an earlier run did', async () => {
  const { facts, noted, watch, looked } = setUp(['exposed: Keys are off.']);
  facts.found = [keysOff, tunnel];
  const once = looked();
  watch.start();
  await once;
  await watch.look();
  expect(noted).toEqual(['exposed: Requests come through a tunnel.']);
  expect(watch.now()).toEqual([keysOff, tunnel]);
});

test('what becomes worse is noted once, and once more when it is closed', async () => {
  const { facts, noted, watch, told, looked } = setUp();
  const first = looked();
  watch.start();
  await first;
  await watch.look();
  facts.found = [tunnel];
  const second = looked();
  watch.changed();
  await second;
  await watch.look();
  expect(noted).toEqual(['exposed: Requests come through a tunnel.']);
  expect(told()).toBe(1);
  facts.found = [{ ...tunnel, result: 'bad' }];
  await watch.look();
  facts.found = [];
  await watch.look();
  expect(noted).toEqual([
    'exposed: Requests come through a tunnel.',
    'exposed: Requests come through a tunnel.',
    'closed: Requests come through a tunnel.',
  ]);
  expect(watch.now()).toEqual([]);
});

test('a command on a profile at rest looks and notes nothing', async () => {
  const { facts, noted, watch } = setUp();
  facts.found = [tunnel];
  expect(await watch.look()).toEqual([tunnel]);
  watch.changed();
  await watch.look();
  expect(noted).toEqual([]);
});

test('one that cannot look tries again with the next change', async () => {
  const { facts, noted, watch, looked } = setUp();
  facts.fail = true;
  const first = looked();
  watch.start();
  await first;
  facts.fail = false;
  facts.found = [tunnel];
  const second = looked();
  watch.changed();
  await second;
  await watch.look();
  expect(noted).toEqual(['exposed: Requests come through a tunnel.']);
});

// usage, requests and keys reset-counters: what they ask for, what they print, and how following ends.

import { expect, test } from 'vitest';
import type { Change } from '../../../shared/change.ts';
import { requestView } from '../../../shared/usage-model.ts';
import { requestRow } from '../storage/fixtures/open-profile.ts';
import { keyhatch } from './captured-cli.ts';
import { atRest, day, laptop, now } from './fake-instance.ts';

const view = (id: string, fields: Parameters<typeof requestRow>[1] = {}) =>
  requestView.parse({
    ...requestRow(id, { keyId: laptop.id, receivedAt: now, ...fields }),
    keyName: fields.keyId === null ? null : laptop.name,
    projectName: null,
    upstreamName: null,
  });
const ended = (...requests: ReturnType<typeof view>[]): Change => ({ type: 'requests', requests });
const chunks = [
  { text: 'a,b\r\n', done: 0, total: 2 },
  { text: '1,2\r\n', done: 1, total: 2 },
  { text: '3,4\r\n', done: 2, total: 2 },
];

test('usage-as-csv-is-the-export-as-it-comes', async () => {
  const { code, out, calls } = await keyhatch('usage --by client --since 30d --csv'.split(' '), { stubs: { chunks } });
  expect([code, out]).toEqual([0, 'a,b\r\n1,2\r\n3,4\r\n']);
  expect(calls).toEqual([
    { path: 'usage.export', input: { sinceMs: 30 * day, by: 'client', every: 'whole', format: 'csv' } },
  ]);
  const byDay = await keyhatch('usage --by day --csv'.split(' '), { stubs: { chunks } });
  expect(byDay.calls[0]?.input).toEqual({ sinceMs: day, by: 'none', every: 'day', format: 'csv' });
});

test('usage-by-person-as-a-table-and-as-csv', async () => {
  const { calls } = await keyhatch('usage --by person'.split(' '));
  expect(calls[0]).toEqual({ path: 'usage.report', input: { sinceMs: day, by: 'person' } });
  const file = await keyhatch('usage --by person --csv'.split(' '), { stubs: { chunks } });
  expect(file.calls[0]?.input).toMatchObject({ by: 'person', format: 'csv' });
});

test('requests-as-csv-or-json-are-all-of-a-time', async () => {
  const argv = 'requests --since 7d --key laptop --outcome trouble --csv'.split(' ');
  const { out, calls } = await keyhatch(argv, { stubs: { chunks } });
  expect(out).toBe('a,b\r\n1,2\r\n3,4\r\n');
  expect(calls.at(-1)).toEqual({
    path: 'requests.export',
    input: { keyId: laptop.id, outcome: 'trouble', sinceMs: 7 * day, format: 'csv' },
  });
  expect((await keyhatch(['requests', '--json'], { stubs: { chunks } })).calls[0]?.input).toMatchObject({
    format: 'json',
  });
});

test.each([
  ['usage --csv --json', 'Say either --csv or --json.'],
  ['usage --every hour', '--every goes with --csv.'],
  ['requests --follow --csv', '--follow prints lines or, with --json, objects; it has no CSV.'],
  ['requests --follow --since 1h', '--follow begins now, so --since has no meaning.'],
  ['requests --outcome refuse', 'Did you mean "refused"?'],
])('%s is wrong usage', async (call, sentence) => {
  const { code, err } = await keyhatch(call.split(' '));
  expect(code).toBe(2);
  expect(err).toContain(sentence);
});

/** Presses Ctrl+C once so many lines are there. */
function untilLines(count: number) {
  let stop = () => {};
  let lines = 0;
  return {
    stdout: {
      write(text: string) {
        lines += text.split('\n').length - 1;
        if (lines >= count) stop();
      },
    },
    onStop(act: () => void) {
      stop = act;
      return () => {};
    },
  };
}

test('following-prints-what-fits-and-ends-well-with-ctrl-c', async () => {
  const printed: string[] = [];
  const { stdout, onStop } = untilLines(2);
  const changes = [
    ended(view('r1'), view('r2', { model: 'qwen' })),
    { type: 'beat' } as const,
    ended(view('r3', { keyId: null }), view('r4', { outcome: 'upstream_error', status: 502, model: 'a\u001b[2Jb' })),
    ended(view('r5')),
  ];
  const write = (text: string) => {
    printed.push(text);
    stdout.write(text);
  };
  const io = { stdout: { write }, onStop };
  const { code, err } = await keyhatch(['requests', '-f', '--key', 'laptop'], { stubs: { changes }, io });
  expect(code).toBe(0);
  expect(err).toBe('Waiting for requests. Ctrl+C ends.\nTIME  KEY  MODEL  OUTCOME  IN  OUT  FIRST TOKEN  ALL  ID\n');
  expect(printed.join('')).toMatch(
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d {2}laptop {2}llama {2}ok 200 {2}10 {2}20 {2}6 ms {2}10 ms {2}r1\n/,
  );
});

test('following-as-json-is-one-object-a-line-and-narrows-by-model-and-outcome', async () => {
  const changes = [
    ended(view('r1'), view('r2', { outcome: 'internal' }), view('r3', { outcome: 'internal', model: 'x' })),
  ];
  const argv = 'requests --follow --json --model llama --outcome trouble'.split(' ');
  const { out, code, err } = await keyhatch(argv, { stubs: { changes } });
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).id),
  ).toEqual(['r2']);
  // The instance ended, not the person.
  expect([code, err]).toEqual([
    1,
    'Waiting for requests. Ctrl+C ends.\nKeyhatch has stopped, so that no more requests will come.\n',
  ]);
});

test('there-is-nothing-to-follow-where-nothing-runs', async () => {
  const { code, err } = await keyhatch(['requests', '--follow'], { running: false, stubs: { status: atRest } });
  expect(code).toBe(1);
  expect(err).toContain('not running');
});

test('resetting-counters-asks-first', async () => {
  const { code, out, calls } = await keyhatch(['keys', 'reset-counters', 'laptop', '--yes']);
  expect(code).toBe(0);
  expect(out).toBe(`The totals of the key "laptop" (${laptop.id}) count from now on.\n`);
  expect(calls.at(-1)).toEqual({ path: 'keys.resetCounters', input: { ref: laptop.id } });
  const unasked = await keyhatch(['keys', 'reset-counters', 'laptop'], { terminal: true, stdin: 'n\n' });
  expect(unasked.calls.map(({ path }) => path)).not.toContain('keys.resetCounters');
});

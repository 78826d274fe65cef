// What a row of the meter adds to the metrics, and how far names may go.

import { expect, test } from 'vitest';
import { exposition } from '../../../electron/metrics/exposition.ts';
import { createRequestMetrics, mostKeys, mostModels } from '../../../electron/metrics/request-metrics.ts';
import type { RequestRow } from '../../../shared/usage-model.ts';
import { readExposition, sumOf } from '../../fakes/exposition-reader.ts';
import { requestRow } from '../storage/fixtures/open-profile.ts';

function metrics({ withKeys = false, models = (_model: string): boolean => true } = {}) {
  const made = createRequestMetrics(
    { isModel: models, upstreamName: (id) => `the ${id}`, keyName: (id) => (id === 'gone' ? undefined : `key ${id}`) },
    { withKeys },
  );
  const count = (row: Partial<RequestRow>) => made.request(requestRow('r', row));
  const text = () => exposition(made.families);
  return { ...made, count, text, read: async () => readExposition(await text()) };
}

test('a row adds its request, its tokens by direction and where their number comes from, and its times', async () => {
  const { count, read } = metrics();
  const times = { receivedAt: 1_000, firstTokenAt: 1_300, endedAt: 3_500, upstreamId: 'u1' } as const;
  const tokens = {
    tokensIn: 100,
    tokensOut: 20,
    tokensCached: 60,
    tokensReasoning: 5,
    tokenSource: 'timings',
  } as const;
  count({ ...times, ...tokens, model: 'm', outcome: 'ok', operation: 'chat' });
  const all = await read();
  expect(sumOf(all, 'keyhatch_requests_total', { outcome: 'ok', operation: 'chat', model: 'm' })).toBe(1);
  const sums = ['in', 'out', 'cached', 'reasoning'].map((direction) =>
    sumOf(all, 'keyhatch_tokens_total', { direction, provenance: 'timings', model: 'm' }),
  );
  expect(sums).toEqual([100, 20, 60, 5]);
  expect(sumOf(all, 'keyhatch_time_to_first_token_seconds_sum')).toBeCloseTo(0.3);
  expect(sumOf(all, 'keyhatch_time_to_first_token_seconds_bucket', { le: '0.25' })).toBe(0);
  expect(sumOf(all, 'keyhatch_time_to_first_token_seconds_bucket', { le: '0.5' })).toBe(1);
  expect(sumOf(all, 'keyhatch_request_duration_seconds_sum')).toBeCloseTo(2.5);
});

test('a refusal is counted by its code, with a key or without, and has no duration', async () => {
  const { count, stranger, read } = metrics();
  count({ outcome: 'refused', errorCode: 'rate_limited', upstreamId: null });
  stranger('key_unknown');
  stranger('a_code_of_tomorrow');
  const all = await read();
  expect(
    ['rate_limited', 'key_unknown', 'other'].map((code) => sumOf(all, 'keyhatch_refusals_total', { code })),
  ).toEqual([1, 1, 1]);
  expect(sumOf(all, 'keyhatch_request_duration_seconds_count')).toBe(0);
  expect(sumOf(all, 'keyhatch_requests_total')).toBe(1);
});

test('an answer that did not tell its tokens is counted by why, and by what was counted instead', async () => {
  const { count, read } = metrics();
  count({ tokenSource: 'estimated', unmetered: 'cut_short', upstreamId: 'u1' });
  count({ tokenSource: 'unknown', unmetered: 'compressed', upstreamId: 'u1' });
  count({ tokenSource: 'reported', unmetered: null });
  const all = await read();
  const name = 'keyhatch_unmetered_requests_total';
  expect(sumOf(all, name)).toBe(2);
  expect(sumOf(all, name, { upstream: 'the u1', reason: 'cut_short', provenance: 'estimated' })).toBe(1);
});

test('waiting in line is counted for all that came so far, also where there was no line', async () => {
  const { count, read } = metrics();
  count({ queuedMs: 0 });
  count({ queuedMs: 700 });
  count({ queuedMs: null, outcome: 'refused', errorCode: 'rate_limited', upstreamId: null });
  const all = await read();
  const waited = (le: string) => sumOf(all, 'keyhatch_queue_wait_seconds_bucket', { le });
  expect(['0', '0.5', '1', '+Inf'].map(waited)).toEqual([1, 1, 2, 2]);
  expect(sumOf(all, 'keyhatch_queue_wait_seconds_sum')).toBeCloseTo(0.7);
});

test('a model that no server lists is other, and so is any after the sixty-fourth', async () => {
  const { count, read } = metrics({ models: (model) => model.startsWith('known') });
  for (let n = 0; n < 1_000; n++) count({ model: `made up ${n}` });
  for (let n = 0; n < mostModels + 6; n++) count({ model: `known ${n}` });
  count({ model: null });
  const all = await read();
  const models = new Set(all.get('keyhatch_requests_total')?.series.map(({ labels }) => labels['model']));
  expect(models.size).toBe(mostModels + 2);
  expect(sumOf(all, 'keyhatch_requests_total', { model: 'other' })).toBe(1_006);
  expect(sumOf(all, 'keyhatch_requests_total', { model: 'none' })).toBe(1);
});

test('keys are named only where that is wanted, and five hundred of them', async () => {
  const silent = metrics();
  silent.count({ keyId: 'a' });
  expect(await silent.text()).not.toContain('key=');
  expect(await silent.text()).not.toContain('key a');
  const named = metrics({ withKeys: true });
  for (let n = 0; n < mostKeys + 10; n++) named.count({ keyId: `${n}`, tokensIn: 1 });
  named.count({ keyId: 'gone' });
  named.count({ keyId: null });
  const all = await named.read();
  const keys = new Set(all.get('keyhatch_requests_total')?.series.map(({ labels }) => labels['key']));
  expect(keys.size).toBe(mostKeys + 2);
  expect(sumOf(all, 'keyhatch_requests_total', { key: 'key 7' })).toBe(1);
  expect(sumOf(all, 'keyhatch_requests_total', { key: 'other' })).toBe(11);
  expect(sumOf(all, 'keyhatch_requests_total', { key: 'none' })).toBe(1);
});

test('of every key with every model only so many pairs are kept, and nothing is lost in the sum', async () => {
  const { count, read } = metrics({ withKeys: true });
  for (let key = 0; key < 200; key++) {
    for (let model = 0; model < 40; model++)
      count({ keyId: `${key}`, model: `m${model}`, upstreamId: 'u', endedAt: 2_000 });
  }
  const all = await read();
  const durations = all.get('keyhatch_request_duration_seconds')?.series ?? [];
  expect(durations.filter(({ name }) => name.endsWith('_count')).length).toBeLessThanOrEqual(640);
  expect(sumOf(all, 'keyhatch_request_duration_seconds_count')).toBe(8_000);
  expect(sumOf(all, 'keyhatch_requests_total')).toBe(8_000);
});

test('names with quotes, backslashes, line ends and broken halves arrive as they are', async () => {
  const { count, read } = metrics();
  const model = 'a "b" \\ c\nd,e="f"} 7';
  count({ model });
  count({ model: '\ud83d' });
  const all = await read();
  expect(sumOf(all, 'keyhatch_requests_total', { model })).toBe(1);
  expect(sumOf(all, 'keyhatch_requests_total', { model: '\ufffd' })).toBe(1);
});

test('a clock that was set back makes no negative time', async () => {
  const { count, read } = metrics();
  count({ receivedAt: 5_000, firstTokenAt: 4_000, endedAt: 4_500, upstreamId: 'u' });
  const all = await read();
  expect(sumOf(all, 'keyhatch_request_duration_seconds_sum')).toBe(0);
  expect(sumOf(all, 'keyhatch_request_duration_seconds_bucket', { le: '0.1' })).toBe(1);
});

// Sums that are kept against the rows that they add up: random rows, every split, also around a change of the clock.

import { expect, test } from 'vitest';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { grainStart } from '../../../electron/storage/usage-grain.ts';
import { createUsageSeries } from '../../../electron/storage/usage-series.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import type { RequestRow, UsageFilter, UsageSeries, UsageSplit } from '../../../shared/usage-model.ts';
import { openTemporaryDatabase, plainKey, requestRow } from './fixtures/open-profile.ts';
import { inTimeZone } from './fixtures/time-zone.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

function randomRows(until: number, count: number, seed: number): RequestRow[] {
  const random = sequence(seed);
  const one = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  return Array.from({ length: count }, (_, index) => {
    // As many in the last minutes as in the last weeks.
    const receivedAt = Math.round(until - 70 * dayMs * random() ** 8);
    const firstTokenAt = one([null, receivedAt + Math.round(random() * 4_000)]);
    const outcome = one(['ok', 'ok', 'refused', 'client_gone', 'ended', 'upstream_error', 'internal'] as const);
    return requestRow(`${index}`, {
      receivedAt,
      firstTokenAt,
      endedAt: (firstTokenAt ?? receivedAt) + Math.round(random() * 9_000),
      keyId: one([null, 'aaaaaaaa', 'bbbbbbbb', 'tok-pppppppp', 'tok-qqqqqqqq']),
      project: one([null, 'thesis', 'home']),
      model: one([null, 'llama', 'qwen']),
      upstreamId: one([null, 'up1', 'up2']),
      userAgent: one([null, 'curl/8', 'aider/1', 'who knows']),
      outcome,
      errorCode: outcome === 'refused' ? one(['rate_limited', 'model_unknown', null]) : null,
      tokensIn: one([null, 0, Math.round(random() * 3_000)]),
      tokensOut: one([null, 0, 1, Math.round(random() * 900)]),
      tokensCached: one([null, 7]),
      tokenSource: one(['reported', 'unknown', 'none', 'counted', 'estimated']),
    });
  });
}

/** Whose key `bbbbbbbb` is, though it was deleted; others came with a token alone. */
const personId = 'pppppppp';
const whose = (keyId: string | null) =>
  keyId === 'bbbbbbbb' ? personId : keyId?.startsWith('tok-') ? keyId.slice(4) : null;

const groupOf: Readonly<Record<UsageSplit, (row: RequestRow) => string | null>> = {
  key: (row) => row.keyId,
  person: (row) => whose(row.keyId),
  project: (row) => row.project,
  model: (row) => row.model,
  upstream: (row) => row.upstreamId,
  client: (row) => clientOfUserAgent(row.userAgent),
  none: () => null,
};

/** The plainest way to the same numbers. */
function fromRows(rows: readonly RequestRow[], { since, until, buckets, bucketMs }: UsageSeries, by: UsageSplit) {
  const sum = (some: readonly RequestRow[], pick: (row: RequestRow) => number | null) =>
    some.reduce((all, row) => all + (pick(row) ?? 0), 0);
  const between = (from: number, to: number) => rows.filter(({ receivedAt }) => receivedAt >= from && receivedAt < to);
  const line = (some: readonly RequestRow[]) => ({
    requests: some.length,
    refused: sum(some, (row) => Number(row.outcome === 'refused')),
    failed: sum(some, (row) => Number(['upstream_error', 'internal'].includes(row.outcome))),
    tokensIn: sum(some, (row) => row.tokensIn),
    tokensOut: sum(some, (row) => row.tokensOut),
    tokensCached: sum(some, (row) => row.tokensCached),
    tokensCounted: sum(some, (row) => (row.tokenSource === 'counted' ? (row.tokensIn ?? 0) + (row.tokensOut ?? 0) : 0)),
    tokensEstimated: sum(some, (row) =>
      row.tokenSource === 'estimated' ? (row.tokensIn ?? 0) + (row.tokensOut ?? 0) : 0,
    ),
    unmetered: sum(some, (row) => Number(row.tokenSource === 'unknown' && row.outcome === 'ok')),
  });
  const shown = between(since, until + 1);
  const byBucket = buckets.map((at, index) => between(at, buckets[index + 1] ?? until + 1));
  const groups = [...new Set(shown.map(groupOf[by]))].map((group) => {
    const some = byBucket.map((bucket) => bucket.filter((row) => groupOf[by](row) === group));
    return {
      group,
      requests: some.map((bucket) => bucket.length),
      tokensIn: some.map((bucket) => sum(bucket, (row) => row.tokensIn)),
      tokensOut: some.map((bucket) => sum(bucket, (row) => row.tokensOut)),
      tokensCached: sum(some.flat(), (row) => row.tokensCached),
    };
  });
  const waits = shown.flatMap(({ firstTokenAt, receivedAt }) =>
    firstTokenAt === null ? [] : [firstTokenAt - receivedAt],
  );
  const codes = shown.flatMap(({ outcome, errorCode }) => (outcome === 'refused' && errorCode ? [errorCode] : []));
  return {
    groups,
    total: line(shown),
    before: line(between(grainStart(bucketMs < 6 * hourMs ? 60 : 3_600, since - (until - since)), since)),
    waits: waits.sort((a, b) => a - b),
    refusals: ['rate_limited', 'model_unknown'].map((code) => ({
      code,
      count: codes.filter((one) => one === code).length,
    })),
  };
}

const filters: readonly UsageFilter[] = [
  {},
  { keyId: 'aaaaaaaa' },
  { project: null, model: 'llama', client: 'curl' },
  { personId },
  { personId: null },
];
const belongs = (row: RequestRow, { client, personId: of, ...filter }: UsageFilter) =>
  (of === undefined || whose(row.keyId) === of) &&
  (client === undefined || groupOf.client(row) === client) &&
  Object.entries(filter).every(([field, value]) => row[field as keyof typeof filter] === value);

const named = <Group extends { readonly group: string | null }>(groups: readonly Group[]) =>
  [...groups].sort((a, b) => String(a.group).localeCompare(String(b.group)));

test.each([
  ['UTC', '2026-06-20T13:07:03.217Z'],
  ['Europe/Berlin', '2026-03-29T09:41:12.003Z'],
  ['Europe/Berlin', '2026-03-31T22:30:00.000Z'],
  ['Europe/Berlin', '2026-10-25T04:12:44.999Z'],
  ['Asia/Kolkata', '2026-06-20T13:07:03.217Z'],
  ['Australia/Lord_Howe', '2026-04-05T08:20:30.400Z'],
  ['America/Sao_Paulo', '2018-11-05T01:02:03.004Z'],
])('in %s at %s, sums give the answers that the rows give', (timeZone, text) => {
  inTimeZone(timeZone);
  const until = Date.parse(text);
  const rows = randomRows(until, 1_200, until % 1_000);
  const db = openTemporaryDatabase();
  const keys = createKeyTable(db);
  keys.insert({ ...plainKey, id: 'aaaaaaaa', name: 'a' });
  keys.insert({ ...plainKey, id: 'bbbbbbbb', name: 'b', personId });
  keys.remove('bbbbbbbb', 1);
  const usage = createUsageTable(db);
  for (let at = 0; at < rows.length; at += 250) usage.insertRequests(rows.slice(at, at + 250));
  const ask = createUsageSeries(db);
  for (const lengthMs of [hourMs, 5 * hourMs, dayMs, 3 * dayMs, 7 * dayMs, 29 * dayMs, 60 * dayMs]) {
    for (const by of ['key', 'person', 'project', 'model', 'upstream', 'client', 'none'] as const) {
      for (const filter of filters) {
        const answer = ask({ since: until - lengthMs, until, by, filter });
        const expected = fromRows(
          rows.filter((row) => belongs(row, filter)),
          answer,
          by,
        );
        expect(named(answer.groups).map(({ label: _label, costs: _costs, ...group }) => group)).toEqual(
          named(expected.groups),
        );
        expect(answer.total).toMatchObject(expected.total);
        expect(answer.before).toMatchObject(expected.before);
        expect(answer.refusals.toSorted((a, b) => (a.code < b.code ? 1 : -1))).toEqual(
          expected.refusals.filter(({ count }) => count > 0),
        );
        const { waits } = expected;
        const middle = waits[Math.ceil(waits.length / 2) - 1] ?? 0;
        expect(Math.abs((answer.firstTokenMs.p50 ?? 0) - middle)).toBeLessThanOrEqual(middle * 0.045);
      }
    }
  }
});

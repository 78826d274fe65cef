// Exports: pieces in order with how far they are, an end that is fixed, a stop on demand, and resetting counters.

import { expect, test } from 'vitest';
import { createExportCalls, type ExportPorts } from '../../../electron/core/export-calls.ts';
import { systemClock } from '../../../electron/lib/clock.ts';
import { usageExportColumns } from '../../../shared/export-columns.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import type { ExportChunk } from '../../../shared/usage-questions.ts';
import { csvRecords } from '../../fakes/parse-csv.ts';
import { requestRow } from '../storage/fixtures/open-profile.ts';

const rows = Array.from({ length: 2_500 }, (_, index) => ({ ...requestRow(`r${index}`), keyName: 'laptop' }));
const numbers = {
  requests: 3,
  refused: 0,
  failed: 0,
  tokensIn: 10,
  tokensOut: 5,
  tokensCached: 0,
  unmetered: 0,
  tokensCounted: 0,
  tokensEstimated: 0,
};

function exports(ports: Partial<ExportPorts> = {}) {
  return createExportCalls({
    beginRequestExport: () => ({ total: rows.length, lastRow: 1 }),
    requestExportPage: async ({ after, limit }) => {
      const start = after?.row ?? 0;
      const page = rows.slice(start, start + limit);
      return { rows: page, next: start + limit < rows.length ? { at: 0, row: start + limit } : undefined };
    },
    exportPeriods: () => Array.from({ length: 100 }, (_, at) => ({ from: at * 1_000, to: at * 1_000 + 1_000 })),
    exportLines: ({ periods }) =>
      periods.map((period) => ({
        period,
        group: null,
        label: 'all',
        ...numbers,
        costs: { sums: [{ currency: 'USD', micros: 1_234_567 }], unpricedTokens: 4 },
      })),
    view: (row) => ({ ...row, upstreamName: null }) as RequestView,
    prices: () => [
      { pattern: '*', currency: 'USD', input: 1, cachedInput: null, output: 1, note: null },
      { pattern: 'x', currency: 'EUR', input: 1, cachedInput: null, output: 1, note: null },
    ],
    clock: systemClock,
    ...ports,
  });
}

async function all(chunks: AsyncIterable<ExportChunk>): Promise<{ text: string; progress: string[] }> {
  const found: ExportChunk[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return { text: found.map(({ text }) => text).join(''), progress: found.map(({ done, total }) => `${done}/${total}`) };
}

test('requests come in pages, each saying how far it is', async () => {
  const csv = await all(exports().requests({ sinceMs: 60_000, format: 'csv' }));
  expect(csv.progress).toEqual(['0/2500', '1000/2500', '2000/2500', '2500/2500', '2500/2500']);
  expect(csvRecords(csv.text).map(({ id }) => id)).toEqual(rows.map(({ id }) => id));
  const json = await all(exports().requests({ sinceMs: 60_000, format: 'json' }));
  expect(JSON.parse(json.text)).toHaveLength(2_500);
  expect(JSON.parse(json.text)[7]).toMatchObject({ id: 'r7', tokens_in: 10, streamed: true, error_code: null });
});

test('an export of nothing is a whole file', async () => {
  const none = exports({
    beginRequestExport: () => ({ total: 0, lastRow: 0 }),
    requestExportPage: () => ({ rows: [], next: undefined }),
  });
  expect(JSON.parse((await all(none.requests({ sinceMs: 60_000, format: 'json' }))).text)).toEqual([]);
  expect(csvRecords((await all(none.requests({ sinceMs: 60_000, format: 'csv' }))).text)).toEqual([]);
});

test('who stops listening is read no further page', async () => {
  const stop = new AbortController();
  let pages = 0;
  const { requests } = exports({
    requestExportPage: () => {
      pages += 1;
      stop.abort();
      return { rows: rows.slice(0, 10), next: { at: 0, row: 10 } };
    },
  });
  await all(requests({ sinceMs: 60_000, format: 'csv' }, stop.signal));
  expect(pages).toBe(1);
});

test('usage has a column for each currency, and none adds one to another', async () => {
  const { text, progress } = await all(exports().usage({ sinceMs: 60_000, by: 'none', every: 'hour', format: 'csv' }));
  expect(progress).toEqual(['0/100', '48/100', '96/100', '100/100', '100/100']);
  const [first] = csvRecords(text);
  expect(Object.keys(first ?? {})).toEqual(usageExportColumns('none', ['EUR', 'USD']).map(({ name }) => name));
  expect(first).toMatchObject({
    from: '1970-01-01T00:00:00.000Z',
    to: '1970-01-01T00:00:01.000Z',
    group: '',
    requests: '3',
    unpriced_tokens: '4',
    would_cost_eur: '',
    would_cost_usd: '1.234567',
  });
});

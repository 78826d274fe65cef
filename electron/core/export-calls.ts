// Usage and requests as files, piece by piece: in pages, so that a million rows need no more memory than a thousand, with a
// breath for the traffic between two of them, and with an end that is fixed when it begins.

import {
  createExportText,
  type ExportedUsage,
  requestExportColumns,
  usageExportColumns,
} from '../../shared/export-columns.ts';
import type { ModelPrice } from '../../shared/prices.ts';
import type { RequestQuery, RequestRow, RequestView, UsageFilter, UsageSplit } from '../../shared/usage-model.ts';
import type { ExportChunk, ExportPeriod, RequestExport, UsageExport } from '../../shared/usage-questions.ts';
import type { Clock } from '../lib/clock.ts';
import { filterOf, momentsOf } from './usage-calls.ts';

type Answer<Value> = Value | Promise<Value>;
type Named = RequestRow & { readonly keyName: string | null };
type Period = ExportedUsage['period'];
type Query = Pick<RequestQuery, 'keyId' | 'personId' | 'model' | 'upstreamId' | 'outcome' | 'text'> & {
  readonly since: number;
  readonly until: number;
};
type Place = { readonly at: number; readonly row: number };

export type ExportPorts = {
  readonly beginRequestExport: (query: Query) => Answer<{ readonly total: number; readonly lastRow: number }>;
  readonly requestExportPage: (options: {
    readonly query: Query;
    readonly lastRow: number;
    readonly after: Place | undefined;
    readonly limit: number;
  }) => Answer<{ readonly rows: readonly Named[]; readonly next: Place | undefined }>;
  readonly exportPeriods: (query: {
    readonly since: number;
    readonly until: number;
    readonly every: ExportPeriod;
    readonly filter: UsageFilter;
  }) => Answer<Period[]>;
  readonly exportLines: (query: {
    readonly periods: readonly Period[];
    readonly by: UsageSplit;
    readonly filter: UsageFilter;
    readonly prices: readonly ModelPrice[];
  }) => Answer<readonly ExportedUsage[]>;
  readonly view: (row: Named) => RequestView;
  readonly prices: () => readonly ModelPrice[];
  readonly clock: Clock;
};

type Chunks = AsyncGenerator<ExportChunk, void, void>;
export type ExportCalls = {
  readonly usage: (question: UsageExport, signal?: AbortSignal) => Chunks;
  readonly requests: (question: RequestExport, signal?: AbortSignal) => Chunks;
};

const rowsAtOnce = 1_000;
const periodsAtOnce = 48;

export function createExportCalls(ports: ExportPorts): ExportCalls {
  const { clock, prices, view } = ports;

  async function* requests(question: RequestExport, signal?: AbortSignal): Chunks {
    const { format, sinceMs, from, until, ...narrow } = question;
    const query = { ...narrow, ...momentsOf({ sinceMs, from, until }, clock.now()) };
    const text = createExportText(format, requestExportColumns);
    const { total, lastRow } = await ports.beginRequestExport(query);
    yield { text: text.head, done: 0, total };
    let done = 0;
    let after: Place | undefined;
    do {
      const page = await ports.requestExportPage({ query, lastRow, after, limit: rowsAtOnce });
      if (signal?.aborted) return;
      done += page.rows.length;
      // Old ones may have been cleared away meanwhile.
      yield { text: text.rows(page.rows.map(view)), done: Math.min(done, total), total };
      after = page.next;
      await letOthers();
    } while (after !== undefined);
    yield { text: text.tail, done: total, total };
  }

  async function* usage(question: UsageExport, signal?: AbortSignal): Chunks {
    const { format, by, every } = question;
    // One table for the whole file, whatever is edited meanwhile.
    const table = prices();
    const currencies = [...new Set(table.map(({ currency }) => currency))].sort();
    const text = createExportText(format, usageExportColumns(by, currencies));
    const filter = filterOf(question);
    const periods = await ports.exportPeriods({ ...momentsOf(question, clock.now()), every, filter });
    const total = periods.length;
    yield { text: text.head, done: 0, total };
    for (let at = 0; at < total; at += periodsAtOnce) {
      const some = periods.slice(at, at + periodsAtOnce);
      const lines = await ports.exportLines({ periods: some, by, filter, prices: table });
      if (signal?.aborted) return;
      yield { text: text.rows(lines), done: at + some.length, total };
      await letOthers();
    }
    yield { text: text.tail, done: total, total };
  }

  return { usage, requests };
}

const letOthers = () => new Promise<void>((resolve) => setImmediate(resolve));

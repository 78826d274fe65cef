// What an exported file holds: names, order and units of its columns, as docs/export.md tells them. They are a promise to
// whoever reads such files with a program: a new one goes to the end, and none is renamed. Pure.

import { type CsvCell, csvLine } from './csv.ts';
import type { HistoryEntry } from './history-model.ts';
import type { Costs } from './prices.ts';
import { clientOfUserAgent } from './snippets-user-agents.ts';
import type { RequestView, UsageLine, UsageSplit } from './usage-model.ts';
import type { ExportFormat } from './usage-questions.ts';

export type ExportColumn<Row> = { readonly name: string; readonly cell: (row: Row) => CsvCell };

/** A group of usage in one period. */
export type ExportedUsage = UsageLine & {
  readonly period: { readonly from: number /** Not included. */; readonly to: number };
  readonly costs: Costs;
};

const moment = (atMs: number | null) => (atMs === null ? null : new Date(atMs).toISOString());
const after = (from: number, to: number | null) => (to === null ? null : Math.max(0, Math.round(to - from)));

export const requestExportColumns: readonly ExportColumn<RequestView>[] = [
  { name: 'id', cell: (row) => row.id },
  { name: 'received_at', cell: (row) => moment(row.receivedAt) },
  { name: 'ended_at', cell: (row) => moment(row.endedAt) },
  { name: 'caller', cell: (row) => row.caller },
  { name: 'key_id', cell: (row) => row.keyId },
  { name: 'key_name', cell: (row) => ({ free: row.keyName }) },
  { name: 'project', cell: (row) => ({ free: row.projectName }) },
  { name: 'model', cell: (row) => ({ free: row.model }) },
  { name: 'upstream_id', cell: (row) => row.upstreamId },
  { name: 'upstream_name', cell: (row) => ({ free: row.upstreamName }) },
  { name: 'operation', cell: (row) => row.operation },
  { name: 'dialect', cell: (row) => row.dialect },
  { name: 'streamed', cell: (row) => row.streamed },
  { name: 'outcome', cell: (row) => row.outcome },
  { name: 'status', cell: (row) => row.status },
  { name: 'error_code', cell: (row) => row.errorCode },
  { name: 'attempt', cell: (row) => row.attempt },
  { name: 'first_byte_ms', cell: (row) => after(row.receivedAt, row.firstByteAt) },
  { name: 'first_token_ms', cell: (row) => after(row.receivedAt, row.firstTokenAt) },
  { name: 'duration_ms', cell: (row) => after(row.receivedAt, row.endedAt) },
  { name: 'bytes_in', cell: (row) => row.bytesIn },
  { name: 'bytes_out', cell: (row) => row.bytesOut },
  { name: 'tokens_in', cell: (row) => row.tokensIn },
  { name: 'tokens_cached', cell: (row) => row.tokensCached },
  { name: 'tokens_out', cell: (row) => row.tokensOut },
  { name: 'tokens_reasoning', cell: (row) => row.tokensReasoning },
  { name: 'token_source', cell: (row) => row.tokenSource },
  { name: 'client', cell: (row) => clientOfUserAgent(row.userAgent) },
  { name: 'user_agent', cell: (row) => ({ free: row.userAgent }) },
  { name: 'client_address', cell: (row) => row.clientAddress },
  { name: 'queued_ms', cell: (row) => row.queuedMs },
  { name: 'prefill_tokens_per_second', cell: (row) => row.prefillPerSecond },
  { name: 'output_tokens_per_second', cell: (row) => row.outputPerSecond },
  { name: 'unmetered_reason', cell: (row) => row.unmetered },
];

/** An entry of the audit log with its newest link. */
export type ExportedAudit = HistoryEntry & { readonly chain: number | null; readonly mac: string | null };

export const auditExportColumns: readonly ExportColumn<ExportedAudit>[] = [
  { name: 'seq', cell: (row) => row.seq },
  { name: 'at', cell: (row) => moment(row.at) },
  { name: 'way', cell: (row) => row.actor },
  { name: 'by', cell: (row) => ({ free: row.detail }) },
  { name: 'action', cell: (row) => row.action },
  { name: 'kind', cell: (row) => row.subject.kind },
  { name: 'id', cell: (row) => ({ free: row.subject.id }) },
  { name: 'name', cell: (row) => ({ free: row.subject.name }) },
  { name: 'changes', cell: (row) => ({ free: JSON.stringify(row.changes) }) },
  { name: 'chain', cell: (row) => row.chain },
  { name: 'mac', cell: (row) => row.mac },
];

/** @param currencies those of the price table: each has a column, so that none is ever added to another */
export function usageExportColumns(
  by: UsageSplit,
  currencies: readonly string[],
): readonly ExportColumn<ExportedUsage>[] {
  return [
    { name: 'from', cell: (line) => moment(line.period.from) },
    { name: 'to', cell: (line) => moment(line.period.to) },
    { name: 'by', cell: () => by },
    { name: 'group', cell: (line) => ({ free: line.group }) },
    { name: 'label', cell: (line) => ({ free: line.label }) },
    { name: 'requests', cell: (line) => line.requests },
    { name: 'refused', cell: (line) => line.refused },
    { name: 'failed', cell: (line) => line.failed },
    { name: 'tokens_in', cell: (line) => line.tokensIn },
    { name: 'tokens_cached', cell: (line) => line.tokensCached },
    { name: 'tokens_out', cell: (line) => line.tokensOut },
    { name: 'tokens_counted', cell: (line) => line.tokensCounted },
    { name: 'tokens_estimated', cell: (line) => line.tokensEstimated },
    { name: 'unmetered', cell: (line) => line.unmetered },
    { name: 'unpriced_tokens', cell: (line) => line.costs.unpricedTokens },
    ...currencies.map((currency) => ({
      name: `would_cost_${currency.toLowerCase()}`,
      cell: (line: ExportedUsage) => {
        const sum = line.costs.sums.find((one) => one.currency === currency);
        return sum === undefined ? null : sum.micros / 1_000_000;
      },
    })),
  ];
}

/** A row as a line of JSON, under the names of the columns; texts are as they came. */
export function exportedRecord<Row>(columns: readonly ExportColumn<Row>[], row: Row): string {
  const members = columns.map(({ name, cell }) => {
    const value = cell(row);
    return [name, typeof value === 'object' && value !== null ? value.free : value];
  });
  return JSON.stringify(Object.fromEntries(members));
}

/** The pieces of one file, to be asked for in the order of head, rows (as often as there are some) and tail. */
export function createExportText<Row>(format: ExportFormat, columns: readonly ExportColumn<Row>[]) {
  if (format === 'csv') {
    return {
      head: csvLine(columns.map(({ name }) => name)),
      rows: (rows: readonly Row[]) => rows.map((row) => csvLine(columns.map(({ cell }) => cell(row)))).join(''),
      tail: '',
    };
  }
  let before = '\n';
  return {
    head: '[',
    rows(rows: readonly Row[]) {
      if (rows.length === 0) return '';
      const text = before + rows.map((row) => exportedRecord(columns, row)).join(',\n');
      before = ',\n';
      return text;
    },
    tail: '\n]\n',
  };
}

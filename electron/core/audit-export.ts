// The audit log as a file, oldest entry first, piece by piece: in pages, with a breath for the traffic between two of them,
// and with an end that is fixed when it begins.

import type { AuditExport } from '../../shared/audit-model.ts';
import { auditExportColumns, createExportText, type ExportedAudit } from '../../shared/export-columns.ts';
import type { HistoryQuery } from '../../shared/history-model.ts';
import type { ExportChunk } from '../../shared/usage-questions.ts';
import type { Clock } from '../lib/clock.ts';

export type AuditExportStore = {
  readonly lastSeq: () => number;
  readonly exportPage: (query: {
    readonly narrow: Pick<HistoryQuery, 'kind' | 'subject' | 'actor' | 'sinceMs'>;
    readonly after: number;
    readonly upTo: number;
    readonly limit: number;
    readonly nowMs: number;
  }) => readonly ExportedAudit[];
};

export type AuditExportCall = (question: AuditExport, signal?: AbortSignal) => AsyncGenerator<ExportChunk, void, void>;

const rowsAtOnce = 1_000;

export function createAuditExport(ports: { readonly store: AuditExportStore; readonly clock: Clock }): AuditExportCall {
  const { store, clock } = ports;
  return async function* ({ format, ...narrow }, signal) {
    const text = createExportText(format, auditExportColumns);
    const total = store.lastSeq();
    const nowMs = clock.now();
    yield { text: text.head, done: 0, total };
    let after = 0;
    for (;;) {
      const rows = store.exportPage({ narrow, after, upTo: total, limit: rowsAtOnce, nowMs });
      if (signal?.aborted) return;
      after = rows.at(-1)?.seq ?? total;
      yield { text: text.rows(rows), done: after, total };
      if (rows.length < rowsAtOnce) break;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    yield { text: text.tail, done: total, total };
  };
}

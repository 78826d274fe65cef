// Everything that can be asked about usage, over one database: plain questions, plain answers. A table of contents.

import type { DatabaseSync } from 'node:sqlite';
import { createRequestExport } from './request-export.ts';
import { createUsageDetails } from './usage-details.ts';
import { createUsageExport } from './usage-export.ts';
import { createUsageLifetime } from './usage-lifetime.ts';
import { createUsageSeries } from './usage-series.ts';

export type UsageAnswers = ReturnType<typeof createUsageAnswers>;

export function createUsageAnswers(db: DatabaseSync) {
  const requests = createRequestExport(db);
  const usage = createUsageExport(db);
  return {
    series: createUsageSeries(db),
    details: createUsageDetails(db),
    ...createUsageLifetime(db),
    beginRequestExport: requests.begin,
    requestExportPage: requests.page,
    exportPeriods: usage.periods,
    exportLines: usage.lines,
  };
}

// What can be asked about usage beside its course over time, and how it is taken along: when in the week, which models a
// key uses most, totals for ever, exports. Shapes are JSON only; times are epoch milliseconds.

import * as z from 'zod';
import { costs } from './prices.ts';
import { requestQuery, usageFilter, usageLine, usageSplit } from './usage-model.ts';

const timeMs = z.number().int().nonnegative();
const count = z.number().int().nonnegative();

/** Either so long until now, or from one moment to another, both included. */
const range = z.object({
  sinceMs: z.number().int().min(60_000).max(3_153_600_000_000).optional(),
  from: timeMs.optional(),
  until: timeMs.optional(),
});
export type UsageRange = Readonly<z.infer<typeof range>>;

const saysWhen = ({ sinceMs, from, until }: UsageRange) =>
  sinceMs === undefined ? from !== undefined && until !== undefined && from < until : from === undefined;
const whenMissing = { message: 'say either sinceMs, or from and until with from before until' };

/** A year: what is longer has too many days for a chart. */
const longestMs = 31_622_400_000;
const isForCharts = ({ sinceMs, from = 0, until = 0 }: UsageRange) => (sinceMs ?? until - from) <= longestMs;

const narrowedRange = z.object({ ...range.shape, ...usageFilter.shape });
export const seriesQuestion = narrowedRange
  .extend({ by: usageSplit })
  .refine(saysWhen, whenMissing)
  .refine(isForCharts, { message: 'ask for a year at most' });
export type SeriesQuestion = Readonly<z.infer<typeof seriesQuestion>>;

export const detailsQuestion = narrowedRange
  .refine(saysWhen, whenMissing)
  .refine(isForCharts, { message: 'ask for a year at most' });
export type DetailsQuestion = Readonly<z.infer<typeof detailsQuestion>>;

const hoursOfWeek = z.array(z.array(count).length(24)).length(7);

export const usageDetails = z.object({
  since: timeMs,
  until: timeMs,
  /** By weekday, Sunday first, and hour of the local clock. */
  week: z.object({ requests: hoursOfWeek, tokens: hoursOfWeek }),
  /** The keys that used most, each with its greatest models; what is left of it is `others`. */
  modelsByKey: z.array(
    z.object({
      keyId: z.string().nullable(),
      label: z.string(),
      requests: count,
      tokens: count,
      models: z.array(z.object({ model: z.string().nullable(), requests: count, tokens: count })),
      others: z.object({ models: count, requests: count, tokens: count }),
    }),
  ),
});
export type UsageDetails = z.infer<typeof usageDetails>;

const lifetimeSums = usageLine.omit({ group: true, label: true }).extend({ costs });
export type LifetimeSums = z.infer<typeof lifetimeSums>;

export const lifetimeQuestion = z.object({
  by: z.enum(['key', 'model']),
  keyId: z.string().max(80).optional(),
  personId: z.string().max(80).optional(),
});
export type LifetimeQuestion = Readonly<z.infer<typeof lifetimeQuestion>>;

export const usageLifetime = z.object({
  until: timeMs,
  /** When the first of it was; null before there was any. */
  since: timeMs.nullable(),
  /** Greatest first. */
  lines: z.array(
    z.object({
      group: z.string().nullable(),
      label: z.string(),
      /** When the counters of this key were last set to nothing; null: never, or not grouped by key. */
      countedSince: timeMs.nullable(),
      /** Since then. */
      counted: lifetimeSums,
      ever: lifetimeSums,
    }),
  ),
  total: lifetimeSums,
});
export type UsageLifetime = z.infer<typeof usageLifetime>;

export const exportFormat = z.enum(['csv', 'json']);
export type ExportFormat = z.infer<typeof exportFormat>;
export const exportPeriod = z.enum(['whole', 'day', 'hour']);
export type ExportPeriod = z.infer<typeof exportPeriod>;

export const usageExport = narrowedRange
  .extend({ by: usageSplit, every: exportPeriod.default('whole'), format: exportFormat })
  .refine(saysWhen, whenMissing);
export type UsageExport = Readonly<z.infer<typeof usageExport>>;

export const requestExport = requestQuery
  .omit({ cursor: true, limit: true })
  .extend({ ...range.shape, format: exportFormat })
  .refine(saysWhen, whenMissing);
export type RequestExport = Readonly<z.infer<typeof requestExport>>;

/** The next piece of the file, and how far it is: in requests, or in periods of usage. */
export const exportChunk = z.object({ text: z.string(), done: count, total: count });
export type ExportChunk = z.infer<typeof exportChunk>;

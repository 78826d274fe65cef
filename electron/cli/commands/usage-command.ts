// `keyhatch usage`: requests and tokens since some time ago, by key, model, day and so on; as a table or as CSV.

import type { UnmeteredReport } from '../../../shared/metering-model.ts';
import { type UsageGroup, type UsageLine, type UsageReport, usageGroup } from '../../../shared/usage-model.ts';
import { exportPeriod } from '../../../shared/usage-questions.ts';
import { UsageError } from '../cli-errors.ts';
import { defineCommand } from '../command.ts';
import { exportFlags, formatAsked, writeExport } from '../export-output.ts';
import { parseChoice, parseDuration } from '../flag-values.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

export const usageCommand = defineCommand({
  name: 'usage',
  words: [],
  about: 'Requests and tokens by key, model, day and more.',
  flags: {
    since: { value: '24h', about: 'How far back: 24h unless told.' },
    by: { value: 'GROUP', about: 'key, person, project, model, client, upstream or day: key unless told.' },
    every: {
      value: 'PERIOD',
      about: 'With --csv: whole, day or hour, a line for each group of each; whole unless told.',
    },
    ...exportFlags,
  },
  prepare({ flags }) {
    const sinceMs = parseDuration('--since', flags.text('since') ?? '24h');
    const by = parseChoice('--by', flags.text('by') ?? 'key', usageGroup.options);
    const format = formatAsked(flags);
    const everyText = flags.text('every');
    if (everyText !== undefined && format !== 'csv') throw new UsageError('--every goes with --csv.');
    const every = parseChoice('--every', everyText ?? (by === 'day' ? 'day' : 'whole'), exportPeriod.options);
    return async ({ client, out }) => {
      if (format === 'csv') {
        return writeExport(out, await client.usage.export({ sinceMs, by: splitOf(by), every, format }));
      }
      const [report, unmetered] = await Promise.all([
        client.usage.report({ sinceMs, by }),
        client.usage.unmetered({ sinceMs }),
      ]);
      out.answer({ ...report, unmeteredBy: unmetered.lines }, () => usageText(report, unmetered, out));
    };
  },
});

// Days are periods of a file, not groups.
const splitOf = (by: UsageGroup) => (by === 'day' ? 'none' : by);

function usageText(report: UsageReport, unmetered: UnmeteredReport, out: Output): string {
  const parts: string[] = [];
  if (report.lines.length === 0) parts.push(`No requests since ${out.when(report.since, '')}.`);
  else parts.push(usageTable(report, out));
  const strangers = report.strangers.map(({ code, count }) => `${visible(code)} ${formatCount(count)}`);
  if (strangers.length > 0) parts.push(`Refused without a known key: ${strangers.join(', ')}`);
  if (unmetered.lines.length > 0) parts.push(unmeteredText(unmetered));
  return parts.join('\n\n');
}

function unmeteredText({ lines }: UnmeteredReport): string {
  const causes = lines.map(({ upstreamId, upstreamName, reason, source, requests }) => {
    const upstream = upstreamName ?? upstreamId ?? 'no model server';
    return `${visible(upstream)} ${formatCount(requests)} (${reason.replaceAll('_', ' ')}, ${source})`;
  });
  return `Numbers not told by the model server: ${causes.join(', ')}`;
}

function usageTable(report: UsageReport, { paint }: Output): string {
  const number = (title: string, read: (line: UsageLine) => number) => ({
    title,
    align: 'right' as const,
    cell: (line: UsageLine) => formatCount(read(line)),
  });
  return textTable<UsageLine>(
    [
      { title: report.by.toUpperCase(), cell: (line) => line.label },
      number('REQUESTS', (line) => line.requests),
      number('REFUSED', (line) => line.refused),
      number('FAILED', (line) => line.failed),
      number('TOKENS IN', (line) => line.tokensIn),
      number('CACHED', (line) => line.tokensCached),
      number('TOKENS OUT', (line) => line.tokensOut),
      ...(report.total.unmetered > 0 ? [number('UNMETERED', (line) => line.unmetered)] : []),
    ],
    [...report.lines, { ...report.total, label: 'Total' }],
    (text) => paint('dim', text),
  );
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

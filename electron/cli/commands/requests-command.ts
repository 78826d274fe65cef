// `keyhatch requests`: the newest requests as a table, all of a time as CSV or JSON, or each one as it ends.

import { KeyhatchError } from '../../../shared/errors.ts';
import { exportedRecord, requestExportColumns } from '../../../shared/export-columns.ts';
import { outcome, type RequestView } from '../../../shared/usage-model.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { CommandFailed, UsageError } from '../cli-errors.ts';
import { defineCommand, type Session } from '../command.ts';
import { exportFlags, formatAsked, writeExport } from '../export-output.ts';
import { parseChoice, parseDuration, parseWhole } from '../flag-values.ts';
import { harmlessJson, type Output, visible } from '../output.ts';
import { type Column, textTable } from '../text-table.ts';

const outcomes = [...outcome.options, 'trouble'] as const;
type Filter = {
  readonly key: string | undefined;
  readonly model: string | undefined;
  readonly outcome: (typeof outcomes)[number] | undefined;
};

export const requestsCommand = defineCommand({
  name: 'requests',
  words: [],
  about: 'Single requests: the newest, all of a time as CSV or JSON, or as they end.',
  flags: {
    since: { value: '24h', about: 'How far back: 24h unless told.' },
    key: { value: 'ID|NAME', about: 'Only those of this key.' },
    model: { value: 'MODEL', about: 'Only those for this model.' },
    outcome: { value: 'OUTCOME', about: 'Only those that ended so: ok, refused, upstream_error …, or trouble.' },
    limit: { value: 'N', about: 'How many the table shows: 50 unless told.' },
    follow: { short: 'f', about: 'Print each request as it ends, until Ctrl+C. With --json: one object a line.' },
    ...exportFlags,
  },
  prepare({ flags, now }) {
    const sinceText = flags.text('since');
    const sinceMs = parseDuration('--since', sinceText ?? '24h');
    const format = formatAsked(flags);
    const outcomeText = flags.text('outcome');
    const filter: Filter = {
      key: flags.text('key'),
      model: flags.text('model'),
      outcome: outcomeText === undefined ? undefined : parseChoice('--outcome', outcomeText, outcomes),
    };
    const limit = parseWhole('--limit', flags.text('limit') ?? '50', 1, 500);
    if (flags.on('follow')) {
      if (format === 'csv') throw new UsageError('--follow prints lines or, with --json, objects; it has no CSV.');
      if (sinceText !== undefined) throw new UsageError('--follow begins now, so --since has no meaning.');
      return (session) => follow(session, filter);
    }
    return async ({ client, out }) => {
      const query = await queryOf(client, filter);
      if (format !== undefined) return writeExport(out, await client.requests.export({ ...query, sinceMs, format }));
      const { rows } = await client.requests.list({ ...query, limit });
      const shown = rows.filter(({ receivedAt }) => receivedAt >= now - sinceMs);
      out.answer(shown, () => requestTable(shown, out));
    };
  },
});

async function queryOf(client: ContractClient, { key, ...rest }: Filter) {
  const keyId = key === undefined ? undefined : (await client.keys.get({ ref: key })).id;
  return { keyId, ...rest };
}

async function follow({ client, out, interrupted }: Session, filter: Filter): Promise<void> {
  if ((await client.status.get()).shell === 'at-rest') throw new KeyhatchError('not_running');
  const query = await queryOf(client, filter);
  const signal = interrupted();
  let begun = false;
  try {
    for await (const change of await client.changes.watch(undefined, { signal })) {
      if (change.type === 'ready') {
        out.note(begun ? 'Some requests were too many at once to be told.' : 'Waiting for requests. Ctrl+C ends.');
        if (!begun && !out.json)
          out.note(
            columns(out)
              .map(({ title }) => title)
              .join('  '),
          );
        begun = true;
      }
      if (change.type !== 'requests') continue;
      for (const row of change.requests.filter((one) => isAsked(one, query))) out.line(followText(row, out));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  if (!signal.aborted) throw new CommandFailed('Keyhatch has stopped, so that no more requests will come.');
}

function isAsked(row: RequestView, query: Awaited<ReturnType<typeof queryOf>>): boolean {
  const { keyId, model, outcome: wanted } = query;
  if (keyId !== undefined && row.keyId !== keyId) return false;
  if (model !== undefined && row.model !== model) return false;
  if (wanted === undefined) return true;
  return wanted === 'trouble' ? row.outcome !== 'ok' && row.outcome !== 'client_gone' : row.outcome === wanted;
}

function followText(row: RequestView, out: Output): string {
  if (out.json) return harmlessJson(exportedRecord(requestExportColumns, row));
  const cells = columns(out).map(({ cell, paint }) => paint?.(visible(cell(row)), row) ?? visible(cell(row)));
  return cells.join('  ');
}

const bad = ({ outcome: ended }: RequestView) => ended !== 'ok' && ended !== 'client_gone';

function columns({ paint }: Output): readonly Column<RequestView>[] {
  const number = (title: string, read: (row: RequestView) => number | null, unit = '') => ({
    title,
    align: 'right' as const,
    cell: (row: RequestView) => withUnit(read(row), unit),
  });
  return [
    { title: 'TIME', cell: (row: RequestView) => localTime(row.receivedAt) },
    { title: 'KEY', cell: (row: RequestView) => row.keyName ?? row.keyId ?? row.caller },
    { title: 'MODEL', cell: (row: RequestView) => row.model ?? '–' },
    {
      title: 'OUTCOME',
      cell: (row: RequestView) => `${row.errorCode ?? row.outcome} ${row.status}`,
      paint: (text: string, row: RequestView) => (bad(row) ? paint('red', text) : text),
    },
    number('IN', (row) => row.tokensIn),
    number('OUT', (row) => row.tokensOut),
    number(
      'FIRST TOKEN',
      ({ firstTokenAt, receivedAt }) => (firstTokenAt === null ? null : firstTokenAt - receivedAt),
      ' ms',
    ),
    number('ALL', ({ endedAt, receivedAt }) => endedAt - receivedAt, ' ms'),
    { title: 'ID', cell: (row: RequestView) => row.id },
  ];
}

function requestTable(rows: readonly RequestView[], out: Output): string {
  if (rows.length === 0) return 'No requests in this time.';
  return textTable<RequestView>(columns(out), rows, (text) => out.paint('dim', text));
}

function withUnit(value: number | null, unit: string): string {
  return value === null ? '–' : `${Math.round(value).toLocaleString('en-US')}${unit}`;
}

function localTime(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}

// One request as a row that leads to its page, and the heads above the columns. Used by the list and by the live tail.

import './request-rows.css';
import { type KeyboardEvent, memo, type ReactNode } from 'react';
import type { RequestView } from '../../../shared/usage-model.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import {
  formatCompact,
  formatCount,
  formatDay,
  formatLength,
  formatMoment,
  formatRate,
  formatRelative,
  formatShortTime,
  formatTime,
} from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';
import { callerNameOf, firstTokenMsOf, operationOf, resultOf, speedOf, tokensOf } from './request-words.ts';

const { columns } = texts;

/** For the eye; each row's own words say the same. */
export function RequestHead() {
  return (
    <div className="kh-request-head" aria-hidden="true">
      <span>{columns.time}</span>
      <span>{columns.key}</span>
      <span>{columns.model}</span>
      <span>{columns.operation}</span>
      <span>{columns.result}</span>
      <span className="kh-number">{columns.firstToken}</span>
      <span className="kh-number">{columns.speed}</span>
      <span className="kh-number">{columns.tokens}</span>
    </div>
  );
}

type RequestLineProps = {
  readonly row: RequestView;
  /** Local midnight, epoch ms: what came before is shown with its day. */
  readonly today: number;
  /** Given: how long ago instead of when. */
  readonly now?: number | undefined;
};

export const RequestLine = memo(function RequestLine({ row, today, now }: RequestLineProps) {
  const { tone, word } = resultOf(row);
  const firstToken = firstTokenMsOf(row);
  const speed = speedOf(row);
  const tokens = tokensOf(row);
  return (
    // Not wouter's Link, each of which listens for changes of the address.
    <a href={`#/requests/${encodeURIComponent(row.id)}`} className="kh-request">
      <time
        data-part="time"
        data-quiet
        dateTime={new Date(row.receivedAt).toISOString()}
        title={formatMoment(row.receivedAt)}
      >
        {timeOf(row.receivedAt, today, now)}
      </time>
      <span data-part="key" data-quiet={row.keyId === null || undefined}>
        <span className="kh-dot" data-tone={tone} aria-hidden="true" />
        <span className="kh-clip">{callerNameOf(row)}</span>
      </span>
      <Cell part="model" label={columns.model}>
        {row.model && <span className="kh-mono">{row.model}</span>}
      </Cell>
      <span data-part="operation" data-quiet>
        {operationOf(row)}
      </span>
      <span data-part="result">{tone === 'good' ? word : <Pill tone={tone}>{word}</Pill>}</span>
      <Cell part="first" label={columns.firstToken} number>
        {firstToken !== null && formatLength(firstToken)}
      </Cell>
      <Cell part="speed" label={columns.speed} number>
        {speed !== null && formatRate(speed)}
      </Cell>
      <Cell part="tokens" label={columns.tokens} number>
        {tokens !== null && <span title={formatCount(tokens)}>{formatCompact(tokens)}</span>}
      </Cell>
    </a>
  );
});

type CellProps = {
  readonly part: string;
  readonly label: string;
  readonly number?: boolean;
  readonly children: ReactNode;
};

function Cell({ part, label, number = false, children }: CellProps) {
  const empty = !children;
  return (
    <span data-part={part} className={number ? 'kh-number' : undefined} data-quiet={empty || undefined}>
      {empty ? (
        <span aria-hidden="true">{texts.nothing}</span>
      ) : (
        <>
          {number && <span className="kh-unseen">{label} </span>}
          {children}
        </>
      )}
    </span>
  );
}

function timeOf(at: number, today: number, now: number | undefined): string {
  if (now !== undefined) return formatRelative(at, Math.max(now, at));
  return at >= today ? formatTime(at) : `${formatDay(at)}, ${formatShortTime(at)}`;
}

/** Up and down go from row to row, as Tab does. */
export function stepRows(event: KeyboardEvent<HTMLElement>): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0) return;
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('a.kh-request')];
  const next = rows[rows.indexOf(document.activeElement as HTMLElement) + step];
  if (!next || !event.currentTarget.contains(document.activeElement)) return;
  event.preventDefault();
  next.focus();
}

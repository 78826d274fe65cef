// Requests that have not ended yet, above those that have: who runs what, and for how long already.

import type { RunningRequest } from '../../../shared/running-model.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { formatElapsed, formatMoment, formatTime } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { Pill } from '../../ui/pill.tsx';
import { callerNameOf, operationOf } from './request-words.ts';

export function RunningRows({ rows }: { readonly rows: readonly RunningRequest[] }) {
  if (rows.length === 0) return null;
  return (
    <div className="kh-requests">
      <ul aria-label={texts.runningName}>
        {rows.map((row) => (
          <li key={row.id}>
            <RunningLine row={row} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function RunningLine({ row }: { readonly row: RunningRequest }) {
  return (
    <a href={`#/requests/${encodeURIComponent(row.id)}`} className="kh-request" data-running>
      <time
        data-part="time"
        data-quiet
        dateTime={new Date(row.receivedAt).toISOString()}
        title={formatMoment(row.receivedAt)}
      >
        {formatTime(row.receivedAt)}
      </time>
      <span data-part="key" data-quiet={row.keyId === null || undefined}>
        <span className="kh-dot" data-tone="good" aria-hidden="true" />
        <span className="kh-clip">{callerNameOf(row)}</span>
      </span>
      <span data-part="model" data-quiet={row.model === null || undefined}>
        {row.model === null ? (
          <span aria-hidden="true">{texts.nothing}</span>
        ) : (
          <span className="kh-mono">{row.model}</span>
        )}
      </span>
      <span data-part="operation" data-quiet>
        {operationOf(row)}
      </span>
      <span data-part="result">
        <Pill tone="accent">
          <Elapsed since={row.receivedAt} />
        </Pill>
      </span>
    </a>
  );
}

/** Counts up by the second. */
export function Elapsed({ since }: { readonly since: number }) {
  const now = useNow(1_000);
  return <span className="kh-elapsed">{texts.runningFor(formatElapsed(now - since))}</span>;
}

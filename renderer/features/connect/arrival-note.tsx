// What the first request of a key came to: a pill that turns green, or red with the reason and its cure.

import { Anchor, Text } from '@mantine/core';
import { Link } from 'wouter';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { connectTexts } from '../../texts/connect-texts.ts';
import { failureText } from '../../texts/failure-texts.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { formatLength } from '../../ui/format.ts';
import type { Tone } from '../../ui/tone.ts';
import './connect.css';
import { type Arrival, answeredAfterMs } from './first-request.ts';

const { test: texts, operations, arrived } = connectTexts;

type ArrivalNoteProps = {
  readonly arrival: Arrival;
  /** Of refusals without a known key; see useKnocks. */
  readonly knock: string | undefined;
  /** Whom we wait for, if that is known. */
  readonly clientName?: string | undefined;
  /** Whether to lead to the request's own page: not from where a key would be lost by going there. */
  readonly linked?: boolean;
};

export function ArrivalNote({ arrival, knock, clientName, linked = false }: ArrivalNoteProps) {
  const [tone, words] = pillOf(arrival, clientName);
  const failure =
    arrival.state === 'refused'
      ? failureText(arrival.request)
      : arrival.state === 'waiting' && knock !== undefined
        ? refusalText(knock)
        : undefined;
  return (
    <div className="kh-arrival" role="status">
      <span className="kh-pill" data-tone={tone}>
        <span className="kh-dot" aria-hidden="true" data-waiting={arrival.state === 'waiting' || undefined} />
        {words}
      </span>
      {arrival.state === 'waiting' && failure && (
        <Text size="sm" mt={8} c="var(--kh-limited)" fw={500}>
          {texts.knock}: {failure.short}
        </Text>
      )}
      {failure && (
        <Text size="sm" mt={6}>
          {failure.cure}{' '}
          {linked && arrival.state === 'refused' && (
            <Anchor
              component={Link}
              href={`/requests/${arrival.request.id}`}
              inherit
              underline="always"
              c="var(--kh-accent-text)"
            >
              {texts.open}
            </Anchor>
          )}
        </Text>
      )}
      {arrival.state === 'refused' && (
        <Text size="sm" c="dimmed" mt={4}>
          {texts.keepTrying}
        </Text>
      )}
    </div>
  );
}

function pillOf(arrival: Arrival, clientName: string | undefined): readonly [Tone, string] {
  switch (arrival.state) {
    case 'waiting':
      return ['off', clientName ? texts.waitingFor(clientName) : texts.waiting];
    case 'works':
      return ['good', `${texts.works}: ${arrivedWords(arrival.request)}`];
    case 'refused': {
      const { outcome } = arrival.request;
      return ['bad', `${outcome === 'refused' ? texts.refused : texts.failed}: ${failureText(arrival.request).short}`];
    }
  }
}

function arrivedWords(request: RequestView): string {
  return arrived(
    operationWord(request.operation),
    request.model,
    programOf(request) ?? null,
    formatLength(answeredAfterMs(request)),
  );
}

export function operationWord(operation: string): string {
  return operations[operation] ?? operation;
}

/** Undefined where the program does not say who it is. */
export function programOf({ userAgent }: Pick<RequestView, 'userAgent'>): string | undefined {
  const name = clientOfUserAgent(userAgent);
  return name === 'other' ? undefined : name;
}

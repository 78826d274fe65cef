// What is written down of one request, in three panels: who asked, what was asked, and what it used.

import { Anchor, SimpleGrid, Text } from '@mantine/core';
import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import { dialectNames } from '../../../shared/upstream-kinds.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Facts } from '../../ui/facts.tsx';
import { formatBytes, formatCount, formatRate } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { callerNameOf, operationOf, speedOf } from './request-words.ts';

const { facts } = texts;

export function RequestFacts({ row }: { readonly row: RequestView }) {
  return (
    <SimpleGrid cols={{ base: 1, md: 3 }} spacing={14}>
      <Who row={row} />
      <What row={row} />
      <Usage row={row} />
    </SimpleGrid>
  );
}

function Who({ row }: { readonly row: RequestView }) {
  return (
    <Panel title={texts.who}>
      <Facts
        rows={[
          [
            facts.key,
            row.caller === 'replay' ? null : row.keyId === null ? (
              callerNameOf(row)
            ) : (
              <Anchor key="key" component={Link} href={`/keys/${encodeURIComponent(row.keyId)}`} inherit>
                {callerNameOf(row)}
              </Anchor>
            ),
          ],
          [facts.caller, facts.callers[row.caller]],
          [facts.project, row.project],
          ...(row.caller === 'replay' ? [] : clientFacts(row)),
          [
            facts.repeats,
            row.replayOf && (
              <Anchor component={Link} href={`/requests/${encodeURIComponent(row.replayOf)}`} inherit>
                <code>{row.replayOf}</code>
              </Anchor>
            ),
          ],
        ]}
      />
    </Panel>
  );
}

function clientFacts(row: RequestView): (readonly [string, ReactNode])[] {
  const client = row.client ?? clientOfUserAgent(row.userAgent);
  return [
    [facts.address, <code key="address">{row.clientAddress || texts.nothing}</code>],
    [facts.client, client === 'other' ? facts.unknownClient : `${client} (${facts.clientClaims})`],
    [facts.userAgent, row.userAgent && <code>{row.userAgent}</code>],
  ];
}

function What({ row }: { readonly row: RequestView }) {
  return (
    <Panel title={texts.what}>
      <Facts
        rows={[
          [facts.operation, operationOf(row)],
          [facts.dialect, dialectNames[row.dialect]],
          [facts.route, row.route && <RouteName route={row.route} />],
          ...modelFacts(row),
          [
            facts.upstream,
            row.upstreamName ?? row.upstreamId ?? (row.outcome === 'ok' ? facts.ownAnswer : facts.notAsked),
          ],
          [facts.streamed, row.streamed ? facts.yes : facts.no],
          [facts.status, String(row.status)],
          [facts.code, row.errorCode && <code>{row.errorCode}</code>],
          [facts.attempt, row.attempt > 0 ? facts.repeat(formatCount(row.attempt + 1)) : null],
        ]}
      />
    </Panel>
  );
}

// Broken at its slashes where it has to be broken.
function RouteName({ route }: { readonly route: string }) {
  const [first = '', ...others] = route.split('/');
  return (
    <code>
      {first}
      {others.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a path stay where they are
        <Fragment key={index}>
          <wbr />/{part}
        </Fragment>
      ))}
    </code>
  );
}

// One line where both are the same, as they are for all but aliases.
function modelFacts({ model, modelAsked }: RequestView): (readonly [string, ReactNode])[] {
  if (modelAsked === null || modelAsked === model) return [[facts.model, model && <ModelName id={model} />]];
  return [
    [facts.modelAsked, <code key="asked">{modelAsked}</code>],
    [facts.modelSent, model && <ModelName id={model} />],
  ];
}

function ModelName({ id }: { readonly id: string }) {
  return (
    <Anchor component={Link} href={`/requests?model=${encodeURIComponent(id)}`} inherit>
      <code>{id}</code>
    </Anchor>
  );
}

function Usage({ row }: { readonly row: RequestView }) {
  const speed = speedOf(row);
  const count = (value: number | null) => (value === null ? null : formatCount(value));
  return (
    <Panel title={texts.usage}>
      <Facts
        rows={[
          [facts.tokensIn, count(row.tokensIn)],
          [facts.tokensCached, count(row.tokensCached)],
          [facts.tokensOut, count(row.tokensOut)],
          [facts.tokensReasoning, count(row.tokensReasoning)],
          [facts.prefill, row.prefillPerSecond === null ? null : facts.perSecond(formatRate(row.prefillPerSecond))],
          [facts.speed, speed === null ? null : facts.perSecond(formatRate(speed))],
          [facts.bytesIn, formatBytes(row.bytesIn)],
          [facts.bytesOut, formatBytes(row.bytesOut)],
        ]}
      />
      <Text size="xs" c="dimmed" mt={6}>
        {row.upstreamId === null ? texts.noTokens : texts.tokenSources[row.tokenSource]}{' '}
        {row.unmetered !== null && texts.unmetered[row.unmetered]}
      </Text>
    </Panel>
  );
}

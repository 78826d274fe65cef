// One request: who asked for what, where its time went, what it used, and how it ended, with the cure where it did not
// end well.

import { Anchor, Button, Group, SimpleGrid, Text } from '@mantine/core';
import { IconArrowLeft, IconFileUnknown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { KeyhatchError } from '../../../shared/errors.ts';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import { dialectNames } from '../../../shared/upstream-kinds.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { refusalText } from '../../texts/refusal-texts.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatBytes, formatCount, formatLength, formatMoment, formatRate } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { RequestStages } from './request-stages.tsx';
import { callerOf, operationOf, resultOf, speedOf } from './request-words.ts';

const { facts } = texts;

export function RequestPage({ id }: { readonly id: string }) {
  const query = useQuery(
    useCalls().requests.get.queryOptions({ input: { id: id.slice(0, 80) }, retry: isWorthAnother }),
  );
  const gone = query.error instanceof KeyhatchError && query.error.code === 'request_not_found';
  return (
    <Page
      title={texts.one}
      actions={
        <Button component={Link} href="/requests" variant="default" leftSection={<IconArrowLeft size={16} />}>
          {texts.toList}
        </Button>
      }
    >
      {gone ? (
        <Panel>
          <Empty icon={IconFileUnknown} title={texts.notFound}>
            {texts.notFoundHint}
          </Empty>
        </Panel>
      ) : (
        <Answer query={query} lines={8}>
          {(row) => <OneRequest row={row} />}
        </Answer>
      )}
    </Page>
  );
}

const isWorthAnother = (failures: number, error: Error): boolean =>
  failures < 1 && !(error instanceof KeyhatchError && error.code === 'request_not_found');

function OneRequest({ row }: { readonly row: RequestView }) {
  return (
    <>
      <Result row={row} />
      <Panel
        title={texts.stages}
        aside={
          <Text size="sm" c="dimmed">
            {facts.total} {formatLength(Math.max(0, row.endedAt - row.receivedAt))}
          </Text>
        }
      >
        <RequestStages row={row} />
      </Panel>
      <SimpleGrid cols={{ base: 1, md: 3 }} spacing={14}>
        <Who row={row} />
        <What row={row} />
        <Usage row={row} />
      </SimpleGrid>
    </>
  );
}

function Result({ row }: { readonly row: RequestView }) {
  const { tone, word } = resultOf(row);
  const reason = row.errorCode === null ? undefined : refusalText(row.errorCode);
  return (
    <>
      <Group gap={10}>
        <Pill tone={tone} dot>
          {row.outcome === 'ok' ? `${word} ${texts.outcomes.ok}` : word}
        </Pill>
        <Text size="sm" c="dimmed">
          {formatMoment(row.receivedAt)}
        </Text>
        <Group gap={2} wrap="nowrap" style={{ minWidth: 0 }}>
          <code className="kh-clip">{row.id}</code>
          <CopyIcon text={row.id} what={facts.id} />
        </Group>
      </Group>
      {reason ? (
        <Notice tone={tone} title={reason.why} role="note">
          {reason.cure}
        </Notice>
      ) : (
        row.outcome === 'upstream_error' && (
          <Notice tone={tone} role="note">
            {texts.passedOn(String(row.status))}
          </Notice>
        )
      )}
    </>
  );
}

function Who({ row }: { readonly row: RequestView }) {
  const client = clientOfUserAgent(row.userAgent);
  return (
    <Panel title={texts.who}>
      <Facts
        rows={[
          [
            facts.key,
            row.keyId === null ? (
              callerOf(row)
            ) : (
              <Anchor key="key" component={Link} href={`/keys/${encodeURIComponent(row.keyId)}`} inherit>
                {callerOf(row)}
              </Anchor>
            ),
          ],
          [facts.project, row.projectName],
          [facts.address, <code key="address">{row.clientAddress || texts.nothing}</code>],
          [facts.client, client === 'other' ? facts.unknownClient : `${client} (${facts.clientClaims})`],
          [facts.userAgent, row.userAgent && <code>{row.userAgent}</code>],
        ]}
      />
    </Panel>
  );
}

function What({ row }: { readonly row: RequestView }) {
  return (
    <Panel title={texts.what}>
      <Facts
        rows={[
          [facts.operation, operationOf(row)],
          [facts.dialect, dialectNames[row.dialect]],
          [facts.model, row.model && <ModelName id={row.model} />],
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

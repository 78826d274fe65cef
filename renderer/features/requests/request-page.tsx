// One request: who asked for what, where its time went, what it used, and how it ended, with the cure where it did not
// end well; what was said, where it was captured; and how to make the same again.

import { Button, Text } from '@mantine/core';
import { IconArrowLeft, IconFileUnknown } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link, useSearchParams } from 'wouter';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useCalls, useRunning, useTail } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatLength } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { useConversation } from './answer-view.tsx';
import { ConversationPanel } from './conversation-panel.tsx';
import { CurlPanel } from './curl-panel.tsx';
import { RequestFacts } from './request-facts.tsx';
import { RequestHead } from './request-head.tsx';
import { RequestStages } from './request-stages.tsx';
import { resultOf } from './request-words.ts';
import { RunningRequestPage } from './running-request.tsx';

const { facts } = texts;

export function RequestPage({ id }: { readonly id: string }) {
  const query = useQuery(
    useCalls().requests.get.queryOptions({ input: { id: id.slice(0, 80) }, retry: isWorthAnother }),
  );
  const running = useRunning().find((row) => row.id === id);
  const ended = useTail().some((row) => row.id === id);
  const missing = query.error instanceof KeyhatchError && query.error.code === 'request_not_found';
  // It was asked for while it ran; once its end has been told, it is there.
  const { refetch } = query;
  useEffect(() => {
    if (missing && ended) void refetch();
  }, [missing, ended, refetch]);
  return (
    <Page
      title={texts.one}
      actions={
        <Button component={Link} href="/requests" variant="default" leftSection={<IconArrowLeft size={16} />}>
          {texts.toList}
        </Button>
      }
    >
      {missing && running ? (
        <RunningRequestPage row={running} />
      ) : missing ? (
        <Panel>
          <Empty icon={IconFileUnknown} title={texts.notFound}>
            {texts.notFoundHint}
          </Empty>
        </Panel>
      ) : (
        <Answer query={query} lines={8}>
          {(row) => <OneRequest key={row.id} row={row} />}
        </Answer>
      )}
    </Page>
  );
}

const isWorthAnother = (failures: number, error: Error): boolean =>
  failures < 1 && !(error instanceof KeyhatchError && error.code === 'request_not_found');

function OneRequest({ row }: { readonly row: RequestView }) {
  const { owns } = useAbilities();
  const conversation = useConversation(row.id);
  const [search] = useSearchParams();
  const { mutate: open } = conversation;
  // Whoever has just sent it again wants to see what came of it.
  const openNow = owns && search.has('open') && row.replayOf !== null;
  useEffect(() => {
    if (openNow) open();
  }, [openNow, open]);
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
      <RequestFacts row={row} />
      {owns && row.captured && <ConversationPanel row={row} conversation={conversation} />}
      <CurlPanel row={row} opened={conversation.data} />
    </>
  );
}

function Result({ row }: { readonly row: RequestView }) {
  const { tone, word } = resultOf(row);
  const reason = row.errorCode === null ? undefined : refusalText(row.errorCode);
  return (
    <>
      <RequestHead tone={tone} receivedAt={row.receivedAt} id={row.id}>
        {row.outcome === 'ok' ? `${word} ${texts.outcomes.ok}` : word}
      </RequestHead>
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
      {row.errorText !== null && (
        <Panel title={facts.errorText}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {row.errorCode !== null && <code>{row.errorCode}: </code>}
            {row.errorText}
          </Text>
        </Panel>
      )}
    </>
  );
}

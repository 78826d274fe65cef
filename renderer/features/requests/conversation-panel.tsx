// What was said in a captured request, opened by a click because it is somebody's words; and the way to send it again.

import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { Conversation } from '../../../shared/capture-model.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { captureTexts } from '../../texts/capture-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';
import { AnswerView, Kept, type OpenedConversation } from './answer-view.tsx';
import { readRequest } from './conversation-reading.ts';
import { ReplayDialog } from './replay-dialog.tsx';
import { SaidList } from './said-list.tsx';
import { SideBySide } from './side-by-side.tsx';

const { conversation: texts, replay: replayTexts } = captureTexts;

type ConversationPanelProps = {
  readonly row: RequestView;
  readonly conversation: OpenedConversation;
};

export function ConversationPanel({ row, conversation }: ConversationPanelProps) {
  const [replaying, setReplaying] = useState(false);
  const { data, error, isPending, mutate, reset } = conversation;
  const canReplay = row.route?.startsWith('POST ') === true && row.model !== null;
  return (
    <Panel
      title={texts.title}
      aside={
        <Group gap="xs">
          {canReplay && (
            <Button size="xs" variant="default" onClick={() => setReplaying(true)}>
              {replayTexts.act}
            </Button>
          )}
          <Button size="xs" loading={isPending} onClick={() => (data ? reset() : mutate())}>
            {data ? texts.close : texts.open}
          </Button>
        </Group>
      }
    >
      {error ? <WhyNot error={error} /> : data ? <Opened row={row} data={data} /> : <About />}
      {replaying && <ReplayDialog row={row} onClose={() => setReplaying(false)} />}
    </Panel>
  );
}

function About() {
  return (
    <Text size="sm" c="dimmed">
      {texts.about}
    </Text>
  );
}

function WhyNot({ error }: { readonly error: Error }) {
  const gone = error instanceof KeyhatchError && error.code === 'capture_not_found';
  return (
    <Notice tone="limited" title={gone ? texts.gone : error.message}>
      {gone ? texts.goneHint : undefined}
    </Notice>
  );
}

function Opened({ row, data }: { readonly row: RequestView; readonly data: Conversation }) {
  const said = readRequest(data.request?.text ?? '');
  return (
    <Stack gap={14}>
      <section aria-label={texts.request}>
        {said.length > 0 ? (
          <SaidList said={said} label={texts.request} />
        ) : (
          <Text size="sm" c="dimmed">
            {texts.nothingReadable}
          </Text>
        )}
        <Kept body={data.request} name={texts.raw} />
      </section>
      {row.replayOf === null ? (
        <section aria-label={texts.answer} className="kh-answer">
          <AnswerView body={data.answer} />
        </section>
      ) : (
        <SideBySide row={row} answer={data.answer} />
      )}
    </Stack>
  );
}

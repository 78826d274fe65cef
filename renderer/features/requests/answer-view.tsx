// What was captured of a request, asked for when somebody opens it; and one answer, read and as it came.

import { Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { CapturedBody } from '../../../shared/capture-model.ts';
import { useApi } from '../../api/api-context.tsx';
import { captureTexts } from '../../texts/capture-texts.ts';
import { formatBytes } from '../../ui/format.ts';
import { readAnswer } from './conversation-reading.ts';
import { Folded, Parts } from './said-list.tsx';

const { conversation: texts } = captureTexts;

/** What was captured, once asked for; kept in the page and past the query cache, so that leaving the page forgets it. */
export function useConversation(id: string) {
  const { client } = useApi();
  return useMutation({
    mutationFn: () => client.requests.conversation({ id }),
    gcTime: 0,
    meta: { quiet: true },
  });
}

export type OpenedConversation = ReturnType<typeof useConversation>;

export function AnswerView({ body }: { readonly body: CapturedBody | null }) {
  const parts = readAnswer(body?.text ?? '');
  return (
    <>
      <span className="kh-message-role">{texts.answer}</span>
      {parts.length > 0 ? <Parts parts={parts} /> : <p className="kh-message-note">{texts.noAnswer}</p>}
      <Kept body={body} name={texts.rawAnswer} />
    </>
  );
}

/** The bytes themselves, as far as they are text and were kept. */
export function Kept({ body, name }: { readonly body: CapturedBody | null; readonly name: string }) {
  if (!body || body.sizeBytes === 0) return null;
  return (
    <>
      {body.cut && (
        <Text size="xs" c="var(--kh-limited)" mt={6}>
          {texts.cut(formatBytes(body.sizeBytes))}
        </Text>
      )}
      {body.text === null ? (
        <p className="kh-message-note">{texts.binary(formatBytes(body.sizeBytes))}</p>
      ) : (
        <Folded name={name} text={indented(body.text)} />
      )}
    </>
  );
}

function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

// Two answers to one request beside each other: the first, and the one to its replay, each with its tokens and times.

import { Anchor } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import type { CapturedBody } from '../../../shared/capture-model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { captureTexts } from '../../texts/capture-texts.ts';
import { requestTexts } from '../../texts/request-texts.ts';
import { formatCount, formatLength, formatRate } from '../../ui/format.ts';
import { AnswerView, useConversation } from './answer-view.tsx';
import { firstTokenMsOf, resultOf, speedOf } from './request-words.ts';

const { replay: texts } = captureTexts;

type SideBySideProps = {
  /** Of the replay. */
  readonly row: RequestView;
  readonly answer: CapturedBody | null;
};

export function SideBySide({ row, answer }: SideBySideProps) {
  const firstId = row.replayOf ?? '';
  const { data: first } = useQuery(useCalls().requests.get.queryOptions({ input: { id: firstId }, retry: false }));
  const { data: opened, mutate: open } = useConversation(firstId);
  useEffect(() => open(), [open]);
  return (
    <section aria-label={texts.compare} className="kh-answers">
      <Side name={texts.first} row={first} answer={opened?.answer ?? null} link />
      <Side name={texts.again} row={row} answer={answer} />
    </section>
  );
}

type SideProps = {
  readonly name: string;
  readonly row: RequestView | undefined;
  readonly answer: CapturedBody | null;
  readonly link?: boolean;
};

function Side({ name, row, answer, link = false }: SideProps) {
  const model = row?.model ?? '';
  return (
    <article aria-label={`${name}: ${model}`} style={{ minWidth: 0 }}>
      <h3>
        {name}:{' '}
        {link && row ? (
          <Anchor component={Link} href={`/requests/${encodeURIComponent(row.id)}`} inherit underline="always">
            {model}
          </Anchor>
        ) : (
          model
        )}
      </h3>
      {row && <Figures row={row} />}
      <div className="kh-answer">
        <AnswerView body={answer} />
      </div>
    </article>
  );
}

function Figures({ row }: { readonly row: RequestView }) {
  const count = (value: number | null) => (value === null ? requestTexts.nothing : formatCount(value));
  const firstToken = firstTokenMsOf(row);
  const speed = speedOf(row);
  const figures: readonly (readonly [string, string])[] = [
    [requestTexts.columns.result, resultOf(row).word],
    [texts.tokensName, texts.tokens(count(row.tokensIn), count(row.tokensOut))],
    [texts.firstToken, firstToken === null ? requestTexts.nothing : formatLength(firstToken)],
    [texts.total, formatLength(Math.max(0, row.endedAt - row.receivedAt))],
    [texts.speed, speed === null ? requestTexts.nothing : requestTexts.facts.perSecond(formatRate(speed))],
  ];
  return (
    <dl className="kh-answer-figures">
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

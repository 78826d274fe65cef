// The line above a request's page: how it stands, since when, and its id.

import { Group, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { requestTexts } from '../../texts/request-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Pill } from '../../ui/pill.tsx';
import type { Tone } from '../../ui/tone.ts';

type RequestHeadProps = {
  readonly tone: Tone;
  /** How it stands, in a word. */
  readonly children: ReactNode;
  readonly receivedAt: number;
  readonly id: string;
};

export function RequestHead({ tone, children, receivedAt, id }: RequestHeadProps) {
  return (
    <Group gap={10}>
      <Pill tone={tone} dot>
        {children}
      </Pill>
      <Text size="sm" c="dimmed">
        {formatMoment(receivedAt)}
      </Text>
      <Group gap={2} wrap="nowrap" style={{ minWidth: 0 }}>
        <code className="kh-clip">{id}</code>
        <CopyIcon text={id} what={requestTexts.facts.id} />
      </Group>
    </Group>
  );
}

// Shows what was asked for once it is there, that it is being asked, or why it cannot be had and what to do.

import { Button, Skeleton, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { commonTexts as texts } from '../texts/common-texts.ts';
import { Empty } from './empty.tsx';

type AnswerProps<Data> = {
  readonly query: Pick<UseQueryResult<Data>, 'data' | 'error' | 'refetch' | 'isFetching'>;
  /** How many lines of grey to show meanwhile. */
  readonly lines?: number;
  readonly children: (data: Data) => ReactNode;
};

export function Answer<Data>({ query, lines = 4, children }: AnswerProps<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) {
    return (
      <Empty
        icon={IconAlertTriangle}
        title={texts.failed}
        action={
          <Button variant="default" loading={query.isFetching} onClick={() => void query.refetch()}>
            {texts.tryAgain}
          </Button>
        }
      >
        {query.error.message}
      </Empty>
    );
  }
  return (
    <Stack gap="sm" p="md" aria-busy="true" aria-label={texts.loading} role="status">
      {Array.from({ length: lines }, (_, line) => `${92 - ((line * 17) % 40)}%`).map((width) => (
        <Skeleton key={width} height={14} width={width} />
      ))}
    </Stack>
  );
}

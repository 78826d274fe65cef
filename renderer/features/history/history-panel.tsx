// Who changed one key or one project, newest first.

import { Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import type { SubjectKind } from '../../../shared/history-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { historyTexts as texts } from '../../texts/history-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Panel } from '../../ui/page.tsx';
import { HistoryList, MoreButton } from './history-list.tsx';
import { historyOptions } from './history-pages.ts';

type HistoryPanelProps = { readonly kind: SubjectKind; readonly id: string };

export function HistoryPanel({ kind, id }: HistoryPanelProps) {
  const query = useInfiniteQuery(historyOptions(useCalls(), { kind, subject: id, limit: 10 }));
  return (
    <Panel title={texts.panel}>
      <Answer query={query} lines={3}>
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          if (entries.length === 0) {
            return (
              <Text size="sm" c="dimmed">
                {texts.empty}
              </Text>
            );
          }
          return (
            <>
              <HistoryList entries={entries} named={false} />
              <MoreButton query={query} />
            </>
          );
        }}
      </Answer>
    </Panel>
  );
}

// Changes as lines: when, what, by which way, and each member with what it was and what it became.

import './history.css';
import { Button, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { HistoryEntry } from '../../../shared/history-model.ts';
import { historyTexts as texts } from '../../texts/history-texts.ts';
import { Moment } from '../../ui/moment.tsx';
import { changeLines } from './history-words.ts';

type HistoryListProps = {
  readonly entries: readonly HistoryEntry[];
  /** Whether to say what each change was of. */
  readonly named: boolean;
};

export function HistoryList({ entries, named }: HistoryListProps) {
  return (
    <ol className="kh-history">
      {entries.map((entry) => (
        <li key={entry.seq}>
          <div>
            <Text span size="sm" fw={500}>
              {texts.actions[entry.action] ?? entry.action}
            </Text>{' '}
            {named && <SubjectName subject={entry.subject} />}
            <Text span size="xs" c="dimmed" className="kh-history-when">
              <Moment at={entry.at} /> · {texts.actors[entry.actor]}
              {entry.detail !== null && ` (${entry.detail})`}
            </Text>
          </div>
          {changeLines(entry).map((line) => (
            <Text key={line} size="xs" c="dimmed" className="kh-history-change">
              {line}
            </Text>
          ))}
        </li>
      ))}
    </ol>
  );
}

type MoreButtonProps = {
  readonly query: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
};

export function MoreButton({ query }: MoreButtonProps) {
  if (!query.hasNextPage) return null;
  return (
    <Button
      variant="default"
      size="xs"
      mt="sm"
      loading={query.isFetchingNextPage}
      onClick={() => void query.fetchNextPage()}
    >
      {texts.more}
    </Button>
  );
}

const pageOf = { key: '/keys', project: '/projects', person: '/people' } as const;

function SubjectName({ subject: { kind, id, name } }: Pick<HistoryEntry, 'subject'>) {
  const page = Object.hasOwn(pageOf, kind) ? `${pageOf[kind as keyof typeof pageOf]}/${id}` : undefined;
  if (page === undefined) return <code>{name}</code>;
  return (
    <Link href={page} className="kh-link">
      “{name}”
    </Link>
  );
}

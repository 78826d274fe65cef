// The newest requests as they come in, for pages that are about something else: pause, filter, and a way to all of them.

import { ActionIcon, Anchor, Group, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconFilter, IconList, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import type { RunningRequest } from '../../../shared/running-model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useCalls, useRunning, useTail } from '../../api/api-context.tsx';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { useNow } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';
import { RequestHead, RequestLine, stepRows } from './request-rows.tsx';
import { RunningRows } from './running-rows.tsx';
import { mayFit, mergeTail, type RequestFilter } from './tail-merge.ts';
import { useHeld } from './use-held.ts';

type LiveTailProps = {
  /** How many rows to show. */
  readonly limit: number;
  /** Only this key's. */
  readonly keyId?: string;
  readonly title?: string;
};

export function LiveTail({ limit, keyId, title = texts.live }: LiveTailProps) {
  const calls = useCalls();
  const [paused, setPaused] = useState(false);
  const [filtering, setFiltering] = useState(false);
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 200);
  const filter: RequestFilter = { ...(keyId === undefined ? {} : { keyId }), ...(asked ? { text: asked } : {}) };
  const query = useQuery(
    calls.requests.list.queryOptions({ input: { ...filter, limit }, placeholderData: (before) => before }),
  );
  const tail = useHeld(useTail(), paused);
  const rows = mergeTail(tail, query.data?.rows ?? [], filter).slice(0, limit);
  const running = useHeld(useRunning(), paused)
    .filter((row) => mayFit(row, filter, Date.now()))
    .slice(0, limit);
  const search = new URLSearchParams({
    ...(keyId === undefined ? {} : { key: keyId }),
    ...(asked ? { text: asked } : {}),
  });
  return (
    <Panel
      flush
      title={title}
      aside={
        <Group gap={4}>
          <Control label={paused ? texts.resume : texts.pause} pressed={paused} onClick={() => setPaused(!paused)}>
            {paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
          </Control>
          <Control
            label={texts.filter}
            pressed={filtering}
            onClick={() => {
              setFiltering(!filtering);
              setText('');
            }}
          >
            <IconFilter size={16} />
          </Control>
          <Anchor component={Link} href={`/requests${search.size > 0 ? `?${search}` : ''}`} size="sm" ml={6}>
            {texts.openAll}
          </Anchor>
        </Group>
      }
    >
      {filtering && (
        <TextInput
          mx={16}
          mb={10}
          size="xs"
          autoFocus
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          leftSection={<IconSearch size={14} />}
          aria-label={texts.filters.text}
          placeholder={texts.filters.textHint}
        />
      )}
      <Answer query={query}>
        {() => <TailRows rows={rows} running={running} filtered={asked !== ''} ofKey={keyId !== undefined} />}
      </Answer>
    </Panel>
  );
}

function TailRows(props: {
  readonly rows: readonly RequestView[];
  readonly running: readonly RunningRequest[];
  readonly filtered: boolean;
  readonly ofKey: boolean;
}) {
  const today = new Date(useNow(60_000)).setHours(0, 0, 0, 0);
  if (props.rows.length === 0 && props.running.length === 0) {
    return props.filtered ? (
      <Empty icon={IconSearch} title={texts.nothingFits} />
    ) : (
      <Empty icon={IconList} title={texts.empty}>
        {props.ofKey ? texts.emptyKeyHint : texts.emptyHint}
      </Empty>
    );
  }
  return (
    <div className="kh-request-plain">
      <div className="kh-requests">
        <RequestHead />
      </div>
      <RunningRows rows={props.running} />
      <div className="kh-requests">
        <ul aria-label={texts.listName} onKeyDown={stepRows}>
          {props.rows.map((row) => (
            <li key={row.id}>
              <RequestLine row={row} today={today} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

type ControlProps = {
  readonly label: string;
  readonly pressed: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
};

function Control({ label, pressed, onClick, children }: ControlProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant={pressed ? 'light' : 'subtle'}
        color={pressed ? 'accent' : 'gray'}
        aria-label={label}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

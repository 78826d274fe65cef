// Every request that is kept: narrowed by what stands in the address, loaded as one scrolls, with new ones on top as they
// come, unless somebody is reading further down or has paused them.

import { ActionIcon, Button, TextInput, Tooltip } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import {
  IconArrowUp,
  IconClock,
  IconFileSearch,
  IconList,
  IconPlayerPause,
  IconPlayerPlay,
  IconSearchOff,
} from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactNode, useCallback, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { Link, useLocation } from 'wouter';
import { useCalls, useRunning, useTail } from '../../api/api-context.tsx';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Page } from '../../ui/page.tsx';
import { type FilterHandle, RequestFilters, useRequestFilter } from './request-filters.tsx';
import { RunningRows } from './running-rows.tsx';
import { fits, mayFit, mergeTail, type RequestFilter } from './tail-merge.ts';
import { useHeld } from './use-held.ts';
import { VirtualRequests } from './virtual-requests.tsx';

const pageLength = 200;
/** Further down than this somebody reads, and rows must not move. */
const readingPx = 60;

export function RequestsPage() {
  const handle = useRequestFilter();
  const [paused, setPaused] = useState(false);
  const [ago, setAgo] = useLocalStorage({ key: 'keyhatch-requests-ago', defaultValue: false });
  const { query, rows, fresh } = useRequests(handle.filter, paused);
  const running = useHeld(useRunning(), paused).filter((row) => mayFit(row, handle.filter, Date.now()));
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query;
  const loadMore = useCallback(() => void fetchNextPage(), [fetchNextPage]);
  return (
    <Page
      title={texts.title}
      actions={
        <>
          <FindById />
          <Tooltip label={texts.ago}>
            <ActionIcon
              size="lg"
              variant={ago ? 'light' : 'default'}
              aria-label={texts.ago}
              aria-pressed={ago}
              onClick={() => setAgo(!ago)}
            >
              <IconClock size={17} />
            </ActionIcon>
          </Tooltip>
          <Button
            variant="default"
            leftSection={paused ? <IconPlayerPlay size={16} /> : <IconPlayerPause size={16} />}
            onClick={() => setPaused(!paused)}
          >
            {paused ? texts.resume : texts.pause}
          </Button>
        </>
      }
    >
      <RequestFilters handle={handle} rows={rows} />
      <section className="kh-panel" aria-label={texts.title}>
        <Answer query={query} lines={10}>
          {() =>
            rows.length === 0 && running.length === 0 ? (
              <NothingHere handle={handle} />
            ) : (
              <>
                <Held count={fresh} resume={() => setPaused(false)} />
                <RunningRows rows={running} />
                <VirtualRequests
                  rows={rows}
                  more={hasNextPage}
                  loading={isFetchingNextPage}
                  failed={isFetchNextPageError}
                  loadMore={loadMore}
                  ago={ago}
                />
              </>
            )
          }
        </Answer>
      </section>
    </Page>
  );
}

function useRequests(filter: RequestFilter, paused: boolean) {
  const query = useInfiniteQuery(
    useCalls().requests.list.infiniteOptions({
      input: (cursor: string | undefined) => ({ ...filter, limit: pageLength, ...(cursor ? { cursor } : {}) }),
      initialPageParam: undefined as string | undefined,
      getNextPageParam: ({ next }) => next ?? undefined,
      placeholderData: (before) => before,
    }),
  );
  const { data, dataUpdatedAt, isFetching, refetch } = query;
  const reading = useSyncExternalStore(onScroll, () => window.scrollY > readingPx);
  const newest = useTail();
  const tail = useHeld(newest, paused || reading);
  const listed = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const rows = useMemo(() => mergeTail(tail, listed, filter), [tail, listed, filter]);

  // The tail is bounded: where it no longer reaches back to what was listed, there may be a gap between them.
  const oldest = newest.length >= 500 ? newest.at(-1)?.endedAt : undefined;
  const gap = oldest !== undefined && oldest > dataUpdatedAt && !paused && !reading;
  useEffect(() => {
    if (gap && !isFetching) void refetch();
  }, [gap, isFetching, refetch]);

  const shown = tail === newest ? 0 : newest.findIndex((row) => row.id === tail[0]?.id);
  const held = shown === -1 ? newest : newest.slice(0, shown);
  return { query, rows, fresh: held.filter((row) => fits(row, filter)).length };
}

function onScroll(listener: () => void): () => void {
  window.addEventListener('scroll', listener, { passive: true });
  return () => window.removeEventListener('scroll', listener);
}

/** What came in meanwhile, with the way to it. */
function Held({ count, resume }: { readonly count: number; readonly resume: () => void }): ReactNode {
  if (count === 0) return null;
  return (
    <div className="kh-requests-held">
      <Button
        size="compact-sm"
        radius="xl"
        leftSection={<IconArrowUp size={14} />}
        onClick={() => {
          resume();
          window.scrollTo({ top: 0 });
        }}
      >
        {texts.held(formatCount(count))}
      </Button>
    </div>
  );
}

/** Opens the page of the request that an answer's x-request-id names. */
function FindById() {
  const [, go] = useLocation();
  const [id, setId] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (id.trim() !== '') go(`/requests/${encodeURIComponent(id.trim())}`);
      }}
    >
      <TextInput
        w={{ base: 180, sm: 230 }}
        aria-label={texts.find}
        placeholder={texts.findHint}
        leftSection={<IconFileSearch size={15} />}
        value={id}
        onChange={({ currentTarget }) => setId(currentTarget.value)}
        maxLength={80}
        spellCheck={false}
      />
    </form>
  );
}

function NothingHere({ handle: { active, clear } }: { readonly handle: FilterHandle }) {
  return active ? (
    <Empty
      icon={IconSearchOff}
      title={texts.nothingFits}
      action={
        <Button variant="default" onClick={clear}>
          {texts.filters.clear}
        </Button>
      }
    >
      {texts.nothingFitsHint}
    </Empty>
  ) : (
    <Empty
      icon={IconList}
      title={texts.empty}
      action={
        <Button component={Link} href="/connect">
          {texts.emptyAction}
        </Button>
      }
    >
      {texts.emptyHint}
    </Empty>
  );
}

// Any number of requests in the page's own scroll: only what is in sight is in the document.

import { Button, Group, Loader, Text } from '@mantine/core';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { RequestView } from '../../../shared/usage-model.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { useNow } from '../../ui/moment.tsx';
import { RequestHead, RequestLine, stepRows } from './request-rows.tsx';

type VirtualRequestsProps = {
  readonly rows: readonly RequestView[];
  readonly more: boolean;
  readonly loading: boolean;
  readonly failed: boolean;
  readonly loadMore: () => void;
  /** How long ago instead of when. */
  readonly ago: boolean;
};

/** Rows left below the last one in sight when more are asked for. */
const aheadRows = 40;

export function VirtualRequests({ rows, more, loading, failed, loadMore, ago }: VirtualRequestsProps) {
  const now = useNow(10_000);
  const today = new Date(now).setHours(0, 0, 0, 0);
  const { box, virtual } = useVirtualRows(rows);
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && !failed && last >= rows.length - aheadRows) loadMore();
  }, [more, loading, failed, last, rows.length, loadMore]);
  return (
    <>
      <div className="kh-requests">
        <div className="kh-requests-sticky">
          <RequestHead />
        </div>
        <ul
          ref={box}
          aria-label={texts.listName}
          onKeyDown={stepRows}
          style={{ position: 'relative', height: virtual.getTotalSize() }}
        >
          {items.map(({ index, start }) => {
            const row = rows[index];
            return (
              row && (
                <li
                  key={row.id}
                  aria-posinset={index + 1}
                  aria-setsize={more ? -1 : rows.length}
                  style={{
                    position: 'absolute',
                    inset: '0 0 auto',
                    transform: `translateY(${start - virtual.options.scrollMargin}px)`,
                  }}
                >
                  <RequestLine row={row} today={today} now={ago ? now : undefined} />
                </li>
              )
            );
          })}
        </ul>
      </div>
      <Foot more={more} failed={failed} loadMore={loadMore} />
    </>
  );
}

function useVirtualRows(rows: readonly RequestView[]) {
  const box = useRef<HTMLUListElement>(null);
  const [{ scrollMargin, rowHeight }, setPlace] = useState({ scrollMargin: 0, rowHeight: 40 });
  // Filters above may take another line at any time, and rows take two where there is little room.
  useLayoutEffect(() => {
    const look = () => {
      if (!box.current) return;
      const top = Math.round(box.current.getBoundingClientRect().top + window.scrollY);
      const height = rowHeightOf(box.current);
      setPlace((before) =>
        before.scrollMargin === top && before.rowHeight === height ? before : { scrollMargin: top, rowHeight: height },
      );
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => rowHeight,
    getItemKey: (index) => rows[index]?.id ?? index,
    overscan: 8,
    scrollMargin,
  });
  // The estimates are the heights, so that other ones make all of them anew.
  // biome-ignore lint/correctness/useExhaustiveDependencies: it reads rowHeight through its options
  useLayoutEffect(() => virtual.measure(), [virtual, rowHeight]);
  return { box, virtual };
}

// As request-rows.css has it.
function rowHeightOf(box: HTMLElement): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return (box.clientWidth <= 46 * rem ? 3.75 : 2.5) * rem;
}

function Foot({
  more,
  failed,
  loadMore,
}: {
  readonly more: boolean;
  readonly failed: boolean;
  readonly loadMore: () => void;
}) {
  return (
    <Group justify="center" gap="sm" p={14} mih={52} role="status">
      {failed ? (
        <>
          <Text size="sm">{texts.moreFailed}</Text>
          <Button size="xs" variant="default" onClick={loadMore}>
            {commonTexts.tryAgain}
          </Button>
        </>
      ) : more ? (
        <>
          <Loader size={14} />
          <Text size="sm" c="dimmed">
            {texts.loadingMore}
          </Text>
        </>
      ) : (
        <Text size="xs" c="dimmed">
          {texts.end}
        </Text>
      )}
    </Group>
  );
}

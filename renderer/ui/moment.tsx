// A moment told by how long ago it was, with the exact time behind it; moves on by itself.

import { Tooltip } from '@mantine/core';
import { useEffect, useState } from 'react';
import { formatMoment, formatRelative } from './format.ts';

/** The time in epoch ms, told anew every so many milliseconds. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function Moment({ at }: { readonly at: number }) {
  const now = useNow(10_000);
  return (
    <Tooltip label={formatMoment(at)}>
      <time dateTime={new Date(at).toISOString()}>{formatRelative(at, justNow(at, now))}</time>
    </Tooltip>
  );
}

// Clocks are asked at different moments: what has just happened is not to be said to lie ahead.
function justNow(at: number, now: number): number {
  return at > now && at - now < 15_000 ? at : now;
}

// Times as people say them on the command line: how long ago, or how far ahead.

import { inOneUnit } from '../../shared/one-unit.ts';

const words = { minute: 'min', hour: 'h', day: 'd' } as const;

/** `3 h ago`, `in 30 d`, `now` within a minute. */
export function relativeTime(timeMs: number, nowMs: number): string {
  const { count, unit } = inOneUnit(timeMs - nowMs);
  if (unit === 'second') return 'now';
  const text = `${Math.abs(count)} ${words[unit]}`;
  return count < 0 ? `${text} ago` : `in ${text}`;
}

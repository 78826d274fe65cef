// Times as people say them: how long ago, or how far ahead.

const steps = [
  { unit: 'd', ms: 86_400_000 },
  { unit: 'h', ms: 3_600_000 },
  { unit: 'min', ms: 60_000 },
] as const;

/** `3 h ago`, `in 29 d`, `now` within a minute. Whole units, rounded down, so that nothing seems later than it is. */
export function relativeTime(timeMs: number, nowMs: number): string {
  const distanceMs = Math.abs(timeMs - nowMs);
  const step = steps.find(({ ms }) => distanceMs >= ms);
  if (!step) return 'now';
  const text = `${Math.floor(distanceMs / step.ms)} ${step.unit}`;
  return timeMs < nowMs ? `${text} ago` : `in ${text}`;
}

// The three lengths of time that usage is added up by. Hours and days are those of the clock on the wall, so that a day of
// 23 hours has 23 and a place that is half an hour off has whole ones too.

import { localDay } from './local-day.ts';

/** In seconds, as it is kept. */
export const minuteGrain = 60;
export const hourGrain = 3_600;
export const dayGrain = 86_400;
export type Grain = typeof minuteGrain | typeof hourGrain | typeof dayGrain;
export const grains: readonly Grain[] = [minuteGrain, hourGrain, dayGrain];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** When the minute, hour or day begins in which a moment lies (epoch ms). */
export function grainStart(grain: Grain, atMs: number): number {
  if (grain === minuteGrain) return Math.floor(atMs / minuteMs) * minuteMs;
  if (grain === dayGrain) return localDay(atMs).from;
  // Not setMinutes(0), which in the doubled hour of autumn takes the first of the two.
  const at = new Date(atMs);
  return Math.floor(atMs / minuteMs) * minuteMs - at.getMinutes() * minuteMs;
}

/** When the next one begins. */
export function grainEnd(grain: Grain, startMs: number): number {
  if (grain === minuteGrain) return startMs + minuteMs;
  if (grain === dayGrain) return localDay(startMs).to;
  // Where the clock is moved by half an hour, an hour may end early; its start then begins the next.
  const next = grainStart(hourGrain, startMs + hourMs);
  return next > startMs ? next : startMs + hourMs;
}

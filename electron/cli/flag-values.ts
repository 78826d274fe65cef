// Turns the texts of flags into numbers, durations, lists and choices, with one sentence for each that does not fit.

import { UsageError } from './cli-errors.ts';
import { didYouMean } from './did-you-mean.ts';

const unitsMs: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const durationMaxMs = 100 * 365 * 86_400_000;

/**
 * `90m`, `12h`, `30d`, `2w` as milliseconds.
 * @throws UsageError for anything else, and for more than 100 years
 */
export function parseDuration(flag: string, text: string): number {
  const [, amount = '', unit = ''] = /^(\d{1,9})\s*([smhdw])$/.exec(text.trim()) ?? [];
  const ms = Number(amount) * (unitsMs[unit] ?? Number.NaN);
  if (Number.isNaN(ms)) throw new UsageError(`${flag} takes a duration such as 30d, 12h or 90m, not "${text}".`);
  if (ms > durationMaxMs) throw new UsageError(`${flag} takes at most 100 years, not "${text}".`);
  return ms;
}

/** @throws UsageError unless it is a whole number between the two */
export function parseWhole(flag: string, text: string, min: number, max: number): number {
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(number >= min && number <= max)) {
    throw new UsageError(`${flag} takes a whole number from ${min} to ${max}, not "${text}".`);
  }
  return number;
}

/** @throws UsageError unless it is one of the choices */
export function parseChoice<Choice extends string>(flag: string, text: string, choices: readonly Choice[]): Choice {
  const found = choices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new UsageError(`${flag} is one of ${choices.join(', ')}, not "${text}".${didYouMean(text, choices)}`);
}

/** @throws UsageError unless it is `on` or `off` */
export function parseOnOff(flag: string, text: string): boolean {
  return parseChoice(flag, text, ['on', 'off']) === 'on';
}

/** `a, b,c` as its parts; empty ones are left out. */
export function parseList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

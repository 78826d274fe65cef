// Numbers, sizes, times and lengths of time as the system's locale writes them. Pure functions.

import { inOneUnit } from '../../shared/one-unit.ts';
import type { Costs, Money } from '../../shared/prices.ts';

const number = new Intl.NumberFormat();
const compact = new Intl.NumberFormat(undefined, { notation: 'compact', maximumFractionDigits: 1 });
const oneDigit = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(undefined, { style: 'percent', maximumFractionDigits: 0 });
const signed = new Intl.NumberFormat(undefined, {
  style: 'percent',
  maximumFractionDigits: 0,
  signDisplay: 'exceptZero',
});
const signedNumber = new Intl.NumberFormat(undefined, { maximumFractionDigits: 1, signDisplay: 'exceptZero' });
const hourOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: undefined });
const weekdays = {
  short: new Intl.DateTimeFormat(undefined, { weekday: 'short' }),
  long: new Intl.DateTimeFormat(undefined, { weekday: 'long' }),
};
const time = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const shortTime = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const dayAndYear = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
type LengthUnit = 'millisecond' | 'second' | 'minute' | 'hour' | 'day';
const lengthIn = (unit: LengthUnit) =>
  new Intl.NumberFormat(undefined, { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 });
// Made once: making one takes far longer than using it, and lists use them for every row.
const lengths: Readonly<Record<LengthUnit, Intl.NumberFormat>> = {
  millisecond: lengthIn('millisecond'),
  second: lengthIn('second'),
  minute: lengthIn('minute'),
  hour: lengthIn('hour'),
  day: lengthIn('day'),
};
const relative = new Intl.RelativeTimeFormat(undefined, { numeric: 'auto', style: 'narrow' });

export const formatCount = (value: number): string => number.format(value);
export const formatCompact = (value: number): string => (value < 10_000 ? number.format(value) : compact.format(value));
export const formatPercent = (share: number): string => percent.format(share);
/** `+12 %` */
export const formatChange = (share: number): string => signed.format(share);
export const formatTime = (atMs: number): string => time.format(atMs);
export const formatShortTime = (atMs: number): string => shortTime.format(atMs);
export const formatDay = (atMs: number): string => day.format(atMs);
export const formatDate = (atMs: number): string => dayAndYear.format(atMs);
export const formatMoment = (atMs: number): string => full.format(atMs);
export const formatSigned = (value: number): string => signedNumber.format(value);
/** `14:00`, or `2 pm`. */
export const formatHour = (hour: number): string => hourOfDay.format(new Date(2026, 0, 4, hour));
/** @param weekday 0 for Sunday */
export const formatWeekday = (weekday: number, length: 'short' | 'long'): string =>
  weekdays[length].format(new Date(2026, 0, 4 + weekday));
/** With a digit behind the point only where it says something. */
export const formatRate = (value: number): string =>
  value < 100 ? oneDigit.format(value) : number.format(Math.round(value));

export function formatBytes(sizeBytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: units[unit] ?? 'byte',
    // The short form of a byte has no plural.
    unitDisplay: unit === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && unit > 0 ? 1 : 0,
  }).format(value);
}

/** `412 ms`, `1.4 s`, `3 min`. */
export function formatLength(lengthMs: number): string {
  if (lengthMs < 1000) return unitOf(Math.round(lengthMs), 'millisecond');
  if (lengthMs < 10_000) return unitOf(lengthMs / 1000, 'second');
  if (lengthMs < 60_000) return unitOf(Math.round(lengthMs / 1000), 'second');
  if (lengthMs < 3_600_000) return unitOf(Math.round(lengthMs / 60_000), 'minute');
  const hours = Math.floor(lengthMs / 3_600_000);
  if (hours >= 48) return unitOf(Math.floor(hours / 24), 'day');
  const minutes = Math.floor((lengthMs % 3_600_000) / 60_000);
  return minutes === 0 ? unitOf(hours, 'hour') : `${unitOf(hours, 'hour')} ${unitOf(minutes, 'minute')}`;
}

/** Whole seconds, then `1:05`: what counts up must not jump between units. */
export function formatElapsed(lengthMs: number): string {
  const seconds = Math.max(0, Math.floor(lengthMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function unitOf(value: number, unit: LengthUnit): string {
  return lengths[unit].format(value);
}

/** `12 s ago`, `in 6 days`; a date when it is further away than four weeks. */
export function formatRelative(atMs: number, nowMs: number): string {
  const distance = atMs - nowMs;
  if (Math.abs(distance) > 28 * 86_400_000) return formatDate(atMs);
  const { count, unit } = inOneUnit(distance);
  return relative.format(count, unit);
}

/** `$14.82`; what is less than a cent keeps two digits that count. */
export function formatMoney({ currency, micros }: Money): string {
  const amount = micros / 1_000_000;
  const digits =
    amount !== 0 && amount < 0.01
      ? { maximumSignificantDigits: 2 }
      : { maximumFractionDigits: 2, minimumFractionDigits: 2 };
  return new Intl.NumberFormat(undefined, {
    style: 'currency',
    currency,
    currencyDisplay: 'narrowSymbol',
    ...digits,
  }).format(amount);
}

/** Each currency apart; `noPrice` where tokens were used and none of them has one. */
export function formatCosts({ sums, unpricedTokens }: Costs, noPrice: string): string {
  if (sums.length > 0) return sums.map(formatMoney).join(' + ');
  return unpricedTokens > 0 ? noPrice : '–';
}

// When days, weeks and months begin in a time zone, also where clocks change.

import { expect, test } from 'vitest';
import { createBudgetCalendar } from '../../../../electron/gateway/budget-calendar.ts';

const at = (text: string) => Date.parse(text);
const span = (zone: string | null, period: 'day' | 'week' | 'month' | 'total', moment: string) => {
  const { startsAt, endsAt } = createBudgetCalendar(() => zone).spanAt(period, at(moment));
  return [new Date(startsAt).toISOString(), Number.isFinite(endsAt) ? new Date(endsAt).toISOString() : 'never'];
};

test('a day is one of the owner’s, 23 to 25 hours long', () => {
  expect(span('Europe/Berlin', 'day', '2026-06-15T22:30:00Z')).toEqual([
    '2026-06-15T22:00:00.000Z',
    '2026-06-16T22:00:00.000Z',
  ]);
  expect(span('Europe/Berlin', 'day', '2026-03-29T12:00:00Z')).toEqual([
    '2026-03-28T23:00:00.000Z',
    '2026-03-29T22:00:00.000Z',
  ]);
  expect(span('Europe/Berlin', 'day', '2026-10-25T12:00:00Z')).toEqual([
    '2026-10-24T22:00:00.000Z',
    '2026-10-25T23:00:00.000Z',
  ]);
  expect(span('Asia/Kathmandu', 'day', '2026-06-15T18:14:59Z')).toEqual([
    '2026-06-14T18:15:00.000Z',
    '2026-06-15T18:15:00.000Z',
  ]);
});

test('a day whose midnight the clocks leave out begins with its first moment', () => {
  // Cairo, 24 April 2026: from 00:00 straight to 01:00.
  expect(span('Africa/Cairo', 'day', '2026-04-24T10:00:00Z')).toEqual([
    '2026-04-23T22:00:00.000Z',
    '2026-04-24T21:00:00.000Z',
  ]);
});

test('a week begins on Monday, a month on its first, over the turn of a year too', () => {
  expect(span('Europe/Berlin', 'week', '2026-01-01T12:00:00Z')).toEqual([
    '2025-12-28T23:00:00.000Z',
    '2026-01-04T23:00:00.000Z',
  ]);
  expect(span('UTC', 'week', '2026-11-22T23:59:59Z')).toEqual(['2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z']);
  expect(span('UTC', 'month', '2026-12-31T23:59:59Z')).toEqual([
    '2026-12-01T00:00:00.000Z',
    '2027-01-01T00:00:00.000Z',
  ]);
});

test('a total never begins anew', () => {
  expect(span(null, 'total', '2026-12-31T23:59:59Z')).toEqual(['1970-01-01T00:00:00.000Z', 'never']);
});

test('without a setting it is the time zone of this computer, and a changed setting counts at once', () => {
  let zone: string | null = 'UTC';
  const calendar = createBudgetCalendar(() => zone);
  const moment = at('2026-06-15T12:00:00Z');
  expect(calendar.text(moment)).toBe('2026-06-15 12:00 (UTC)');
  zone = 'Asia/Tokyo';
  expect(calendar.text(moment)).toBe('2026-06-15 21:00 (Asia/Tokyo)');
  zone = null;
  const midnight = new Date(moment);
  midnight.setHours(0, 0, 0, 0);
  expect(calendar.spanAt('day', moment).startsAt).toBe(midnight.getTime());
});

// When the present day, week or month began and ends in the owner's time zone. Days are 23 to 25 hours long, weeks begin on
// Monday. Pure but for what it remembers of the last answer.

import type { BudgetPeriod } from '../../shared/limit-model.ts';
import type { Span } from './limit-counters.ts';

const hourMs = 3_600_000;

export type BudgetCalendar = {
  readonly spanAt: (period: BudgetPeriod, atMs: number) => Span;
  /** `2026-11-22 00:00`, with the name of the time zone. */
  readonly text: (atMs: number) => string;
};

type LocalDate = { readonly year: number; readonly month: number; readonly day: number };

/** @param timeZone asked each time; null: that of this computer */
export function createBudgetCalendar(timeZone: () => string | null): BudgetCalendar {
  let zone:
    | { readonly name: string | null; readonly local: (atMs: number) => Date; readonly label: string }
    | undefined;
  let known = new Map<BudgetPeriod, Span>();

  function present() {
    const name = timeZone();
    if (zone && zone.name === name) return zone;
    known = new Map();
    zone = zoneOf(name);
    return zone;
  }

  /** The first moment of a local date. */
  function startOf({ year, month, day }: LocalDate): number {
    const { local } = present();
    const asUtc = Date.UTC(year, month, day);
    const offsetAt = (at: number) => local(at).getTime() - Math.floor(at / 1000) * 1000;
    const first = asUtc - offsetAt(asUtc);
    const second = asUtc - offsetAt(first);
    // Where clocks go forward at midnight there is none: the day begins an hour later.
    return local(second).getTime() < asUtc ? second + hourMs : second;
  }

  function compute(period: BudgetPeriod, atMs: number): Span {
    if (period === 'total') return { startsAt: 0, endsAt: Number.POSITIVE_INFINITY };
    const today = present().local(atMs);
    const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth(), today.getUTCDate()];
    const monday = day - ((today.getUTCDay() + 6) % 7);
    const [from, to]: [LocalDate, LocalDate] =
      period === 'month'
        ? [
            { year, month, day: 1 },
            { year, month: month + 1, day: 1 },
          ]
        : period === 'week'
          ? [
              { year, month, day: monday },
              { year, month, day: monday + 7 },
            ]
          : [
              { year, month, day },
              { year, month, day: day + 1 },
            ];
    return { startsAt: startOf(from), endsAt: startOf(to) };
  }

  return {
    spanAt(period, atMs) {
      present();
      const before = known.get(period);
      if (before && before.startsAt <= atMs && atMs < before.endsAt) return before;
      const span = compute(period, atMs);
      known.set(period, span);
      return span;
    },
    text(atMs) {
      const { local, label } = present();
      return `${local(atMs).toISOString().slice(0, 16).replace('T', ' ')} (${label})`;
    },
  };
}

/** Local wall time as if it were UTC: its getUTC… tell what a clock on the wall says, to the second. */
function zoneOf(name: string | null) {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...(name === null ? {} : { timeZone: name }),
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  return {
    name,
    label: format.resolvedOptions().timeZone,
    local(atMs: number): Date {
      const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
      const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
      return new Date(
        Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second')),
      );
    },
  };
}

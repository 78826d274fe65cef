// One budget of one owner over calendar periods: what was used in each and what is held for requests that run. A period that
// has begun goes on to its own end, whatever becomes of clock and time zone, and is found again when the clock goes back.

import type { AheadMarks, Mark } from './ahead-marks.ts';
import type { Counter } from './counter.ts';
import type { Claim, CounterRow, Span } from './limit-counters.ts';

/** Periods that are remembered: the present one, and those to which a clock may return. */
const mostPeriods = 3;

const always: Span = { startsAt: 0, endsAt: Number.POSITIVE_INFINITY };
const spanOf = (claim: Claim): Span => (claim.kind === 'budget' ? claim.span : always);

type Period = Mark & { used: number; held: number };

export function createBudgetCounter(ports: {
  readonly owner: CounterRow['owner'];
  readonly counter: string;
  /** Epoch milliseconds, as the wall clock has it. */
  readonly now: () => number;
  readonly marks: AheadMarks;
}): Counter {
  const { owner, counter, now, marks } = ports;
  let limit = 0;
  /** The one used last comes first. */
  let periods: Period[] = [];

  function periodOf(span: Span): Period {
    const period: Period = {
      row: { owner, counter, ...span },
      used: 0,
      held: 0,
      onDisk: 0,
      committed: () => period.used + period.held,
      limit: () => limit,
    };
    return period;
  }

  function find(): Period | undefined {
    const at = now();
    return periods.find(({ row }) => row.startsAt <= at && at < row.endsAt);
  }

  function present(span: Span): Period {
    const [first] = periods;
    const found = find();
    if (found && found === first) return found;
    const period = found ?? periodOf(span);
    periods = [period, ...periods.filter((one) => one !== period)];
    // One that still has requests running is settled first, and goes the next time.
    for (const old of periods.slice(mostPeriods).filter(({ held }) => held === 0)) {
      periods = periods.filter((one) => one !== old);
      marks.drop(old);
    }
    return period;
  }

  return {
    waitMs(claim) {
      const period = present(spanOf(claim));
      return period.committed() < claim.limit ? 0 : Number.POSITIVE_INFINITY;
    },
    take(claim) {
      limit = claim.limit;
      const period = present(spanOf(claim));
      period.held += claim.amount;
      return {
        mark: period,
        settle(used) {
          period.held -= claim.amount;
          period.used += used;
          marks.touch(period);
        },
      };
    },
    standing(claim) {
      const period = find();
      const { used, held } = period ?? { used: 0, held: 0 };
      const resetMs = used + held < claim.limit ? 0 : Number.POSITIVE_INFINITY;
      return { used, held, resetMs, span: period?.row ?? spanOf(claim) };
    },
    restore(row) {
      const period = periodOf({ startsAt: row.startsAt, endsAt: row.endsAt });
      period.used = row.amount;
      period.onDisk = row.amount;
      periods = [...periods, period].sort((a, b) => b.row.startsAt - a.row.startsAt);
    },
    forget() {
      for (const period of periods) marks.drop(period);
      periods = [];
    },
  };
}

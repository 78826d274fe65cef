// Limits counted in memory, with the disk always knowing of at least as much (ahead-marks.ts). A run begins from what the
// one before left: as much or more, never less. Knows no key, no project and no HTTP.

import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createAheadMarks } from './ahead-marks.ts';
import { createBudgetCounter } from './budget-counter.ts';
import type { Counter, Ticket } from './counter.ts';
import type { Claim, CounterStore, LimitCounters, LimitOwner, Refused, Taken } from './limit-counters.ts';
import { createWindowCounter, windowMsOf } from './window-counter.ts';

export type MemoryCounterPorts = { readonly store: CounterStore; readonly clock: Clock; readonly log: Log };

/** Counters of windows are told from those of budgets by their names, on the disk too. */
const isBudgetName = (counter: string) => counter.includes('/');

export function createMemoryCounters({ store, clock, log }: MemoryCounterPorts): LimitCounters {
  const marks = createAheadMarks({ store, log });
  const offsetMs = clock.now() - clock.monotonic();
  const steady = { monotonic: clock.monotonic, wall: () => clock.monotonic() + offsetMs };
  type Owned = Map<string, Map<string, Counter>>;
  const owners = { key: new Map() as Owned, project: new Map() as Owned, person: new Map() as Owned };

  function countersOf({ kind, id }: LimitOwner): Map<string, Counter> {
    const found = owners[kind].get(id);
    if (found) return found;
    const fresh = new Map<string, Counter>();
    owners[kind].set(id, fresh);
    return fresh;
  }

  function counterOf(owner: LimitOwner, counter: string, windowMs: number): Counter {
    const counters = countersOf(owner);
    const found = counters.get(counter);
    if (found) return found;
    const fresh = isBudgetName(counter)
      ? createBudgetCounter({ owner, counter, now: clock.now, marks })
      : createWindowCounter({ owner, counter, windowMs, clock: steady, marks });
    counters.set(counter, fresh);
    return fresh;
  }

  const ofClaim = (claim: Claim) => counterOf(claim.owner, claim.counter, claim.kind === 'window' ? claim.windowMs : 0);
  const standing = (claim: Claim) => ofClaim(claim).standing(claim);

  function take(claims: readonly Claim[]): Taken | Refused | Promise<Taken> {
    const counters = claims.map(ofClaim);
    for (const [index, claim] of claims.entries()) {
      const waitMs = counters[index]?.waitMs(claim) ?? 0;
      if (waitMs > 0) return { ok: false, at: index, waitMs, standings: claims.map(standing) };
    }
    const tickets = counters.map((counter, index) => counter.take(claims[index] as Claim));
    const covered = marks.cover(tickets.map(({ mark }) => mark));
    const taken: Taken = { ok: true, settle: onceSettled(tickets) };
    if (covered === undefined) return taken;
    return covered.then(
      () => taken,
      (error: unknown) => {
        taken.settle(tickets.map(() => 0));
        throw error;
      },
    );
  }

  for (const row of store.load()) counterOf(row.owner, row.counter, windowMsOf(row)).restore(row);

  return {
    take,
    look: (claims) => claims.map(standing),
    forget(owner) {
      for (const counter of countersOf(owner).values()) counter.forget();
      owners[owner.kind].delete(owner.id);
    },
    close: marks.close,
  };
}

function onceSettled(tickets: readonly Ticket[]): Taken['settle'] {
  let settled = false;
  return (used) => {
    if (settled) return;
    settled = true;
    for (const [index, { settle }] of tickets.entries()) settle(used[index] ?? 0);
  };
}

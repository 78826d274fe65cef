// Limits counted in memory, with the disk always knowing of at least as much (ahead-marks.ts). A run begins from what the
// one before left: as much or more, never less. Knows no key, no project and no HTTP.

import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { createAheadMarks } from './ahead-marks.ts';
import { type BudgetCounter, createBudgetCounter } from './budget-counter.ts';
import type {
  BudgetClaim,
  Claim,
  CounterRow,
  CounterStore,
  LimitCounters,
  LimitOwner,
  Refused,
  Standing,
  Taken,
  WindowClaim,
} from './limit-counters.ts';
import { createWindowCounter, type Ticket, type WindowCounter, windowMsOf } from './window-counter.ts';

export type MemoryCounterPorts = { readonly store: CounterStore; readonly clock: Clock; readonly log: Log };

type Counters = { readonly windows: Map<string, WindowCounter>; readonly budgets: Map<string, BudgetCounter> };

/** Counters of windows are told from those of budgets by their names, on the disk too. */
const isBudgetName = (counter: string) => counter.includes('/');

export function createMemoryCounters({ store, clock, log }: MemoryCounterPorts): LimitCounters {
  const marks = createAheadMarks({ store, log });
  const offsetMs = clock.now() - clock.monotonic();
  const steady = { monotonic: clock.monotonic, wall: () => clock.monotonic() + offsetMs };
  const owners = new Map<string, Counters>();

  function countersOf(owner: LimitOwner): Counters {
    const id = `${owner.kind}/${owner.id}`;
    const found = owners.get(id);
    if (found) return found;
    const fresh: Counters = { windows: new Map(), budgets: new Map() };
    owners.set(id, fresh);
    return fresh;
  }

  function windowOf({ owner, counter, windowMs }: Pick<WindowClaim, 'owner' | 'counter' | 'windowMs'>): WindowCounter {
    const { windows } = countersOf(owner);
    const found = windows.get(counter);
    if (found) return found;
    const fresh = createWindowCounter({ owner, counter, windowMs, clock: steady, marks });
    windows.set(counter, fresh);
    return fresh;
  }

  function budgetOf({ owner, counter }: Pick<BudgetClaim, 'owner' | 'counter'>): BudgetCounter {
    const { budgets } = countersOf(owner);
    const found = budgets.get(counter);
    if (found) return found;
    const fresh = createBudgetCounter({ owner, counter, now: clock.now, marks });
    budgets.set(counter, fresh);
    return fresh;
  }

  const waitMs = (claim: Claim) =>
    claim.kind === 'window' ? windowOf(claim).waitMs(claim) : budgetOf(claim).waitMs(claim);
  const standing = (claim: Claim): Standing =>
    claim.kind === 'window' ? windowOf(claim).standing(claim.limit) : budgetOf(claim).standing(claim.limit, claim.span);
  const ticket = (claim: Claim): Ticket =>
    claim.kind === 'window' ? windowOf(claim).take(claim) : budgetOf(claim).take(claim);

  function take(claims: readonly Claim[]): Taken | Refused | Promise<Taken> {
    for (const [at, claim] of claims.entries()) {
      const wait = waitMs(claim);
      if (wait > 0) return { ok: false, at, waitMs: wait, standings: claims.map(standing) };
    }
    const tickets = claims.map(ticket);
    const covered = marks.cover(tickets.map(({ mark }) => mark));
    const taken: Taken = { ok: true, standings: claims.map(standing), settle: onceSettled(tickets) };
    if (covered === undefined) return taken;
    return covered.then(
      () => taken,
      (error: unknown) => {
        taken.settle(tickets.map(() => 0));
        throw error;
      },
    );
  }

  for (const row of store.load()) restore(row);

  function restore(row: CounterRow): void {
    if (isBudgetName(row.counter)) budgetOf(row).restore(row);
    else windowOf({ ...row, windowMs: windowMsOf(row) }).restore(row);
  }

  return {
    take,
    look: (claims) => claims.map(standing),
    forget(owner) {
      const id = `${owner.kind}/${owner.id}`;
      const found = owners.get(id);
      for (const counter of found?.windows.values() ?? []) counter.forget();
      for (const counter of found?.budgets.values() ?? []) counter.forget();
      owners.delete(id);
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

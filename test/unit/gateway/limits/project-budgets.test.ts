// Budgets of keys and of the project that they are in, under any interleaving: neither is ever over by more than one
// request's reservation, whichever key asks.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createBudgetCalendar } from '../../../../electron/gateway/budget-calendar.ts';
import { budgetOwnersOf, createKeyLimits, projectBudgets } from '../../../../electron/gateway/key-limits.ts';
import type { Taken } from '../../../../electron/gateway/limit-counters.ts';
import { createMemoryCounters } from '../../../../electron/gateway/memory-counters.ts';
import type { GatewayKey, GatewayProject } from '../../../../electron/gateway/ports.ts';
import { silentLog } from '../../../../electron/lib/log.ts';
import { usualPolicy } from '../../../../shared/key-policy.ts';
import { budget } from '../../../../shared/limit-model.ts';
import { makeCounterDisk, makeMovedClock } from './counter-disk.ts';

const total = (tokens: number) => [budget.parse({ period: 'total', tokens })];

const keyOf = (id: string, tokens: number): GatewayKey => ({
  id,
  name: id,
  kind: 'inference',
  projectId: 'p',
  personId: null,
  personBar: null,
  status: 'active',
  weak: false,
  oldSecretWeak: false,
  expiresAt: null,
  limits: { rpm: null, parallel: null },
  models: null,
  policy: { ...usualPolicy, budgets: total(tokens) },
});

const projectOf = (tokens: number): GatewayProject => ({
  id: 'p',
  name: 'p',
  closed: false,
  models: null,
  aliases: new Map(),
  upstreamId: null,
  echo: false,
  budgets: total(tokens),
  topUps: [],
});

const amount = fc.integer({ min: 1, max: 300 });
const step = fc.record({ takes: fc.boolean(), key: fc.integer({ min: 0, max: 2 }), amount });

test('however keys share a project, no budget is overspent', async () => {
  const limits = fc.integer({ min: 1, max: 2_000 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), limits, limits, async (steps, ofProject, ofKey) => {
      const clock = makeMovedClock();
      const counters = createMemoryCounters({ store: makeCounterDisk(), clock, log: silentLog });
      const project = projectOf(ofProject);
      const budgetOwners = (key: GatewayKey) => budgetOwnersOf(key, { get: () => project });
      const calendar = createBudgetCalendar(() => 'UTC');
      const own = createKeyLimits({ counters, calendar, budgetOwners, clock });
      const keys = ['a', 'b', 'c'].map((id) => keyOf(id, ofKey));
      const running: { readonly taken: Taken; readonly amount: number; readonly claims: number }[] = [];
      let largest = 1;

      for (const { takes, key: at, amount } of steps) {
        const key = keys[at] as GatewayKey;
        if (takes) {
          const claims = own.budgets(key).map((plan) => own.budgetClaim(plan, amount));
          const taken = await counters.take(claims);
          if (taken.ok) running.push({ taken, amount, claims: claims.length });
          largest = Math.max(largest, amount);
        } else {
          const [ended] = running.splice(amount % Math.max(1, running.length), 1);
          const used = Math.min(amount, ended?.amount ?? 0);
          ended?.taken.settle(Array.from({ length: ended.claims }, () => used));
        }
        const ofAll = [projectBudgets(project), ...keys.flatMap((one) => budgetOwners(one).slice(0, 1))];
        for (const owner of ofAll) {
          const [state] = own.budgetStates(owner);
          expect((state?.used ?? 0) + (state?.reserved ?? 0)).toBeLessThan((state?.limit ?? 0) + largest);
        }
        // Together they are what the project has used.
        const [together = 0, ...each] = ofAll.map((owner) => {
          const [state] = own.budgetStates(owner);
          return (state?.used ?? 0) + (state?.reserved ?? 0);
        });
        expect(each.reduce((sum, one) => sum + one, 0)).toBe(together);
      }
    }),
    { numRuns: 200 },
  );
});

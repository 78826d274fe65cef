// The part of composing that joins limits: counters that lie in the database, the gateway that takes from them, and what facts
// of keys and projects tell of them. Used by compose.ts alone.

import type { BudgetState, LimitStates } from '../shared/limit-model.ts';
import { costOf } from '../shared/prices.ts';
import type { Settings } from '../shared/settings.ts';
import type { Ledger } from './compose-ledger.ts';
import { type KeyRegistry, resolveKey } from './core/key-registry.ts';
import type { People } from './core/people.ts';
import type { Gateway } from './gateway/gateway.ts';
import { budgetOwnersOf, projectBudgets } from './gateway/key-limits.ts';
import { createMemoryCounters } from './gateway/memory-counters.ts';
import type { GatewayPorts, ProjectRegistry } from './gateway/ports.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';

export function joinLimits(options: {
  readonly ledger: Pick<Ledger, 'limitCounters'>;
  readonly registry: KeyRegistry;
  readonly projects: ProjectRegistry;
  readonly people: Pick<People, 'find'>;
  readonly gateway: () => Gateway;
  readonly settings: () => Settings;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}) {
  const { ledger, registry, projects, people, gateway, settings, lifetime, clock, log } = options;
  const person = (id: string) => {
    const found = people.find(id);
    return found && { id, name: found.name, budgets: found.limits.budgets };
  };
  const counters = createMemoryCounters({ store: ledger.limitCounters, clock, log });
  lifetime.own('limit counters', counters.close);
  const ports: Pick<GatewayPorts, 'counters' | 'prices' | 'budgetOwners'> = {
    counters,
    prices: {
      costOf(model, tokens, currency) {
        const cost = costOf(settings()['usage.prices'], model ?? null, tokens);
        return cost?.currency === currency ? cost.micros : undefined;
      },
    },
    budgetOwners: (key) => budgetOwnersOf(key, projects, person),
  };
  return {
    ports,
    of: (ref: string): LimitStates => gateway().limitsOf(resolveKey(registry, ref)),
    /** Its own and its project's. A key that is gone has none. */
    budgets(keyId: string): readonly BudgetState[] {
      const key = registry.get(keyId);
      const owners = key ? budgetOwnersOf(key, projects, person).filter((owner) => owner.budgets.length > 0) : [];
      return owners.flatMap((owner) => gateway().budgetsOf(owner));
    },
    projectBudgets(projectId: string): readonly BudgetState[] {
      const project = projects.get(projectId);
      return !project || project.budgets.length === 0 ? [] : gateway().budgetsOf(projectBudgets(project));
    },
    projectChanged(projectId: string): void {
      if (!projects.get(projectId)) counters.forget({ kind: 'project', id: projectId });
    },
  };
}

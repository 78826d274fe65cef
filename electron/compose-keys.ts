// The part of composing that joins keys: all of them in memory, and what people do with them. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import type { Ledger } from './compose-ledger.ts';
import { createKeyRegistry, type KeyRegistry } from './core/key-registry.ts';
import { createKeys, type KeyPorts, type Keys } from './core/keys.ts';
import { keyWithin } from './core/member-limits.ts';
import type { People } from './core/people.ts';
import type { Projects } from './core/projects.ts';

export function joinKeys(
  options: Pick<KeyPorts, 'vault' | 'settings' | 'acting' | 'record' | 'clock'> & {
    readonly ledger: Pick<Ledger, 'keyTable' | 'recorder' | 'answers'>;
    readonly projects: Projects;
    readonly people: Pick<People, 'find' | 'nameOf' | 'resolve'>;
    readonly budgets: Parameters<typeof createKeyRegistry>[0]['budgets'];
    readonly onKeyChange: (keyId: string) => void;
    readonly onProjectChange: (projectId: string) => void;
  },
): { readonly registry: KeyRegistry; readonly keys: Keys } {
  const { ledger, projects, people, budgets, onKeyChange, onProjectChange, ...ports } = options;
  const registry = createKeyRegistry({
    store: ledger.keyTable,
    vault: ports.vault,
    clock: ports.clock,
    today: ledger.recorder.usage.today,
    budgets,
    projectName: projects.nameOf,
    person(id) {
      const { status, role } = people.find(id) ?? {};
      // Viewers have no keys; one they had before does not stay a way in.
      const bar = status !== 'active' ? 'person_paused' : role === 'viewer' ? 'role_without_models' : null;
      return { name: people.nameOf(id), bar };
    },
  });
  const keys = createKeys({
    ...ports,
    registry,
    store: ledger.keyTable,
    projects,
    personId: (ref) => people.resolve(ref).id,
    within(key) {
      const person = key.personId === null ? undefined : people.find(key.personId);
      return person ? keyWithin(key, person.limits) : key;
    },
    counters: { countedBy: ledger.answers.countedBy, reset: ledger.keyTable.resetCounters },
    fillRandom: (bytes) => randomFillSync(bytes),
    onChange(keyId, projectIds) {
      onKeyChange(keyId);
      for (const projectId of projectIds) onProjectChange(projectId);
    },
  });
  return { registry, keys };
}

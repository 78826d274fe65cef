// Which models there are, on which servers, and which keys may use them. Pure.

import type { KeyFacts, UpstreamStatus } from '../../../shared/model.ts';
import { compileModelLists } from '../../../shared/model-patterns.ts';

export type ModelRow = {
  readonly id: string;
  readonly upstreams: readonly Pick<UpstreamStatus, 'id' | 'name'>[];
  /** Names of the keys that may use it; `every`: all there are. */
  readonly keys: 'every' | readonly string[];
};

/** By id. Keys that are revoked or expired open nothing and are left out. */
export function modelRows(upstreams: readonly UpstreamStatus[], keys: readonly KeyFacts[]): readonly ModelRow[] {
  const servers = new Map<string, ModelRow['upstreams']>();
  for (const { id, name, models } of upstreams) {
    for (const model of models) servers.set(model, [...(servers.get(model) ?? []), { id, name }]);
  }
  const alive = keys
    .filter(({ kind, status }) => kind === 'inference' && (status === 'active' || status === 'paused'))
    .map(({ name, models, policy }) => ({ name, mayUse: compileModelLists(models, policy.deniedModels) }));
  return [...servers]
    .map(([id, serving]) => {
      const allowed = alive.filter(({ mayUse }) => mayUse(id));
      return {
        id,
        upstreams: serving,
        keys:
          alive.length > 0 && allowed.length === alive.length ? ('every' as const) : allowed.map(({ name }) => name),
      };
    })
    .sort((a, b) => a.id.localeCompare(b.id));
}

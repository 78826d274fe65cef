// Which models there are, on which servers, and which keys may use them. Pure.

import type { KeyFacts, UpstreamStatus } from '../../../shared/model.ts';

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
  const alive = keys.filter(({ status }) => status === 'active' || status === 'paused');
  return [...servers]
    .map(([id, serving]) => {
      const allowed = alive.filter((key) => mayUse(key, id));
      return {
        id,
        upstreams: serving,
        keys:
          alive.length > 0 && allowed.length === alive.length ? ('every' as const) : allowed.map(({ name }) => name),
      };
    })
    .sort((a, b) => a.id.localeCompare(b.id));
}

// Ollama's `name` and `name:latest` are one model, as electron/gateway/authorize.ts has it.
const withoutLatest = (model: string): string => model.replace(/:latest$/, '');

function mayUse({ models }: KeyFacts, model: string): boolean {
  return models === null || models.some((allowed) => withoutLatest(allowed) === withoutLatest(model));
}

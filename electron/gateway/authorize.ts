// Stage 6: may this caller do this, with this model, and which upstream serves it? Answers from memory alone. A response
// id belongs to the key that made it; for everybody else it does not exist.

import { KeyhatchError } from '../../shared/errors.ts';
import { mayDo, usualPolicy } from '../../shared/key-policy.ts';
import { type Dialect, dialectNames, upstreamKindRow } from '../../shared/upstream-kinds.ts';
import type { Authorized, Bodied, Caller, Projected } from './exchange.ts';
import { ownerOf } from './exchange.ts';
import type { GatewayKey, GatewayUpstream, ResponseOwners, UpstreamRegistry } from './ports.ts';
import type { Operation } from './route-table.ts';

export type AuthorizePorts = { readonly responses: ResponseOwners };

/** Names that clients put in when they know no model: they stand for the default upstream. */
const modelAliases: ReadonlySet<string> = new Set(['local-model', 'default']);

export function authorize(bodied: Projected, ports: AuthorizePorts): Authorized {
  checkOperations(bodied);
  const { facts } = bodied.body;
  const model = bodied.route.names === 'model-in-path' ? bodied.pathArgument : facts.model;
  checkModels(bodied, model);
  const owned = findStored(bodied, ports.responses);
  const upstreams = bodied.upstreams.list();
  const chosen = owned === undefined ? byModel(model, bodied.upstreams) : upstreams.filter(({ id }) => id === owned);
  const candidates = speaking(bodied, chosen, upstreams);
  checkListed(model, candidates);
  const [first, ...rest] = candidates;
  if (!first) throw new KeyhatchError('no_upstream');
  return { ...bodied, model, candidates: [first, ...rest] };
}

function checkOperations(bodied: Bodied): void {
  const refuse = (what: string) => new KeyhatchError('operation_not_allowed', { details: { what } });
  const policy = keyOf(bodied.caller)?.policy ?? usualPolicy;
  const may = (operation: Operation) => operation === 'about' || mayDo(policy, operation);
  if (!may(bodied.operation)) throw refuse(bodied.route.what);
  for (const [operation, what] of bodied.body.facts.needs) if (!may(operation)) throw refuse(what);
}

function checkModels(bodied: Bodied, model: string | undefined): void {
  const key = keyOf(bodied.caller);
  if (!key?.models || bodied.route.names === 'nothing' || bodied.route.names === 'response-in-path') return;
  const { draftModel } = bodied.body.facts;
  for (const wanted of [model, ...(draftModel === undefined ? [] : [draftModel])]) {
    if (wanted === undefined || !mayUse(key, wanted)) {
      const details = {
        name: key.name,
        model: (wanted ?? '(none named)').slice(0, 120),
        allowed: key.models.join(', '),
      };
      throw new KeyhatchError('model_not_allowed', { details });
    }
  }
}

// mlx-lm downloads whatever model it is asked for from a hub: there only what it lists may be named.
function checkListed(model: string | undefined, [first]: readonly GatewayUpstream[]): void {
  if (first?.kind !== 'mlxlm' || model === undefined || modelAliases.has(model) || first.models.has(model)) return;
  const allowed = [...first.models].slice(0, 20).join(', ') || 'none at the moment';
  throw new KeyhatchError('model_unknown', { details: { model: model.slice(0, 120), upstream: first.name, allowed } });
}

/** Whether a key's model list names this model; Ollama's `:latest` may be left out on either side. */
export function mayUse(key: GatewayKey, model: string): boolean {
  return key.models === null || key.models.some((allowed) => withoutLatest(allowed) === withoutLatest(model));
}

function withoutLatest(model: string): string {
  return model.replace(/:latest$/, '');
}

function keyOf(caller: Caller): GatewayKey | undefined {
  return caller.kind === 'key' ? caller.key : undefined;
}

/** @returns the upstream on which the stored response lies, when the request builds on one */
function findStored(bodied: Bodied, responses: ResponseOwners): string | undefined {
  const inPath = bodied.route.names === 'response-in-path' ? bodied.pathArgument : undefined;
  const ids = [...(inPath === undefined ? [] : [inPath]), ...bodied.body.facts.storedIds];
  let upstreamId: string | undefined;
  for (const id of ids) {
    const found = responses.find(id);
    const elsewhere = upstreamId !== undefined && found?.upstreamId !== upstreamId;
    if (!found || found.owner !== ownerOf(bodied.caller) || elsewhere) {
      throw new KeyhatchError('response_unknown', { details: { id: id.slice(0, 80) } });
    }
    upstreamId = found.upstreamId;
  }
  return upstreamId;
}

function byModel(model: string | undefined, registry: UpstreamRegistry): readonly GatewayUpstream[] {
  const upstreams = registry.list();
  const fallback = registry.fallback();
  const serving =
    model === undefined || modelAliases.has(model)
      ? []
      : upstreams.filter(
          ({ models }) => models.has(model) || models.has(`${model}:latest`) || models.has(withoutLatest(model)),
        );
  if (serving.length === 0) return fallback ? [fallback] : [];
  // A dead one stays in line as a last resort: it may be back before its next health check.
  return [...serving.filter(({ health }) => health !== 'down'), ...serving.filter(({ health }) => health === 'down')];
}

function speaking(
  bodied: Bodied,
  chosen: readonly GatewayUpstream[],
  all: readonly GatewayUpstream[],
): readonly GatewayUpstream[] {
  const { dialect } = bodied;
  const able = chosen.filter((upstream) => upstream.dialects.includes(dialect));
  if (able.length > 0 || chosen.length === 0) return able;
  // A listing or a version has no model: any upstream that speaks the dialect can answer it.
  const elsewhere =
    bodied.route.names === 'nothing' ? all.filter((upstream) => upstream.dialects.includes(dialect)) : [];
  if (elsewhere.length > 0) return elsewhere;
  const [upstream] = chosen;
  throw new KeyhatchError('dialect_not_spoken', {
    details: {
      upstream: upstream ? upstreamKindRow(upstream.kind).name : '',
      dialect: dialectNames[dialect],
      baseUrl: baseUrlFor(bodied, upstream?.dialects ?? []),
    },
  });
}

const basePaths: Readonly<Record<Dialect, string>> = { openai: '/v1', anthropic: '', ollama: '', lmstudio: '/api/v0' };

function baseUrlFor(bodied: Bodied, spoken: readonly Dialect[]): string {
  const base = `http://${bodied.req.headers.host ?? 'localhost'}`;
  const [first = 'openai'] = spoken;
  return `${base}${basePaths[first]} (${dialectNames[first]} API)`;
}

// Stage 7: may this caller do this, with this model, and which upstream serves it? Answers from memory alone. A response
// id belongs to the key that made it; for everybody else it does not exist.

import { KeyhatchError } from '../../shared/errors.ts';
import { withoutLatest } from '../../shared/model-patterns.ts';
import { type Dialect, dialectNames, upstreamKindRow } from '../../shared/upstream-kinds.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import { checkCaps } from './body-amounts.ts';
import { editsOf, type Splice } from './body-edits.ts';
import { cloudWords, isCloudModel } from './body-policy.ts';
import type { Authorized, Bodied, Caller, Projected } from './exchange.ts';
import { ownerOf } from './exchange.ts';
import { formModelSplice } from './form-model.ts';
import { hasModelRules, type KeyRules } from './key-rules.ts';
import { checkOperation } from './permit.ts';
import type { GatewayKey, GatewayUpstream, ResponseOwners, UpstreamRegistry } from './ports.ts';

export type AuthorizePorts = {
  readonly responses: ResponseOwners;
  readonly rules: KeyRules;
};

type ModelPorts = { readonly rules: KeyRules; readonly upstreams: UpstreamRegistry };

/** Names that clients put in when they know no model: they stand for the default upstream. */
const modelAliases: ReadonlySet<string> = new Set(['local-model', 'default']);

export function authorize(bodied: Projected, ports: AuthorizePorts): Authorized {
  const { facts } = bodied.body;
  for (const [operation, what] of facts.needs) checkOperation(bodied.caller, operation, what);
  const model = modelOf(bodied, bodied.upstreams);
  checkModels(bodied, model, { ...ports, upstreams: bodied.upstreams });
  // The only model that there is, where the body names none or an alias of it.
  if (model !== facts.model && bodied.route.names === 'model-in-body' && model !== undefined && isCloudModel(model))
    checkOperation(bodied.caller, 'cloud', cloudWords);
  const key = keyOf(bodied.caller);
  if (key) checkCaps(key, facts.amounts);
  const owned = findStored(bodied, ports.responses);
  const upstreams = bodied.upstreams.list();
  const chosen = owned === undefined ? byModel(model, bodied.upstreams) : upstreams.filter(({ id }) => id === owned);
  const candidates = speaking(bodied, chosen, upstreams);
  checkListed(model, candidates);
  bodied.progress.model = model;
  const [first, ...rest] = candidates;
  if (!first) throw new KeyhatchError('no_upstream');
  return { ...bodied, model, edits: editsFor(bodied, model), candidates: [first, ...rest] };
}

function modelOf(bodied: Bodied, registry: UpstreamRegistry): string | undefined {
  if (bodied.route.names === 'model-in-path') return bodied.pathArgument;
  const { model, isJson } = bodied.body.facts;
  const key = keyOf(bodied.caller);
  const isMeant = isJson && bodied.operation !== 'models:manage';
  return key && isMeant && hasModelRules(key) ? realModel(model, registry) : model;
}

// What was held against the key's lists is what goes on: a server that knows the alias might take another model for it.
function editsFor(
  { caller, req, route, body, wireModel, namedModel }: Projected,
  model: string | undefined,
): readonly Splice[] {
  const key = keyOf(caller);
  if (!key) return [];
  if (!body.facts.isJson) {
    if (route.names !== 'model-in-body' || wireModel === undefined || namedModel === undefined) return [];
    const put = { asked: namedModel, model: wireModel };
    return [formModelSplice(body.bytes(), req.headers['content-type'] ?? '', put)];
  }
  const meant = wireModel ?? (model === body.facts.model ? undefined : model);
  const renamed = route.names === 'model-in-body' ? meant : undefined;
  const { maxTokens } = key.policy.caps;
  if (renamed === undefined && maxTokens === null) return [];
  return editsOf(body.bytes(), body.facts, route.tokenField, { model: renamed, maxTokens });
}

/** The model that stands behind no name or an alias, where there is only one that it can be. */
export function realModel(model: string | undefined, registry: UpstreamRegistry): string | undefined {
  if (model !== undefined && !modelAliases.has(model)) return model;
  const [only, ...others] = registry.fallback()?.models ?? [];
  return only !== undefined && others.length === 0 ? only : undefined;
}

function checkModels(bodied: Bodied, model: string | undefined, ports: ModelPorts): void {
  const key = keyOf(bodied.caller);
  if (!key || bodied.route.names === 'nothing' || bodied.route.names === 'response-in-path') return;
  checkModel(key, model, ports);
  for (const other of bodied.body.facts.otherModels) checkModel(key, other, ports);
}

/** @throws KeyhatchError `model_not_allowed` */
export function checkModel(key: GatewayKey, model: string | undefined, { rules, upstreams }: ModelPorts): void {
  if (!hasModelRules(key)) return;
  // A server knows one model under several names (`llama3`, `library/llama3`, `LLAMA3` at Ollama). Where some are denied,
  // only names count that a server lists, because nobody can deny all the others.
  const named = key.policy.deniedModels.length === 0 || isListed(model, upstreams);
  if (model !== undefined && named && rules.mayUse(key, model)) return;
  const allowed = key.alsoWithin ?? key.models ?? allModels(upstreams).filter((one) => rules.mayUse(key, one));
  const details = {
    name: key.name,
    model: (model ?? '(none named)').slice(0, 120),
    allowed: `${allowed.slice(0, 20).join(', ') || 'none at the moment'}${butNot(key)}`,
  };
  throw new KeyhatchError('model_not_allowed', { details });
}

// Patterns of both lists can fit one model; without this the refusal would contradict itself.
function butNot({ models, policy }: GatewayKey): string {
  if (models === null || policy.deniedModels.length === 0) return '';
  return `, but not ${policy.deniedModels.slice(0, 20).join(', ')}`;
}

function allModels(registry: UpstreamRegistry): string[] {
  return [...new Set(registry.list().flatMap(({ models }) => [...models]))];
}

function isListed(model: string | undefined, registry: UpstreamRegistry): boolean {
  return model !== undefined && registry.list().some(({ models }) => lists(models, model));
}

function lists(models: ReadonlySet<string>, model: string): boolean {
  return models.has(model) || models.has(`${model}:latest`) || models.has(withoutLatest(model));
}

// mlx-lm downloads whatever model it is asked for from a hub: there only what it lists may be named.
function checkListed(model: string | undefined, [first]: readonly GatewayUpstream[]): void {
  if (first?.kind !== 'mlxlm' || model === undefined || modelAliases.has(model) || first.models.has(model)) return;
  const allowed = [...first.models].slice(0, 20).join(', ') || 'none at the moment';
  throw new KeyhatchError('model_unknown', { details: { model: model.slice(0, 120), upstream: first.name, allowed } });
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
    model === undefined || modelAliases.has(model) ? [] : upstreams.filter(({ models }) => lists(models, model));
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
  // A listing or a version has no model, and one that is downloaded is on no list yet: any upstream that speaks the
  // dialect can answer.
  const isFree = bodied.route.names === 'nothing' || bodied.operation === 'models:manage';
  const elsewhere = isFree ? all.filter((upstream) => upstream.dialects.includes(dialect)) : [];
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
  const scheme = isEncrypted(bodied.req.socket) ? 'https' : 'http';
  const base = `${scheme}://${bodied.req.headers.host ?? 'localhost'}`;
  const [first = 'openai'] = spoken;
  return `${base}${basePaths[first]} (${dialectNames[first]} API)`;
}

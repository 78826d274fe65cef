// What the gateway answers itself: /health, /api/info, LM Studio's greeting and a key's question about itself. Speaks from
// memory; a stranger learns that something answers and whether a key is needed, and can make nothing happen.

import { X509Certificate } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import type { BudgetState } from '../../shared/limit-model.ts';
import { upstreamKindRow } from '../../shared/upstream-kinds.ts';
import { isEncrypted } from '../lib/tls-port.ts';
import type { Admitted } from './exchange.ts';
import type { KeyLimits } from './key-limits.ts';
import type { GatewayKey, GatewayPorts } from './ports.ts';

export type OwnAnswerPorts = Pick<
  GatewayPorts,
  'settings' | 'upstreams' | 'version' | 'usage' | 'keys' | 'projects' | 'tls'
> & {
  readonly limits: KeyLimits;
};

/** Where whoever wants to trust our authority gets its certificate; by the second one phones know what it is. */
export const authorityPaths: ReadonlySet<string> = new Set(['/keyhatch-ca.pem', '/keyhatch-ca.crt']);

export function answerOwn(exchange: Admitted, ports: OwnAnswerPorts): void {
  const { res, req } = exchange;
  const isAuthority = exchange.route.own === 'authority';
  const body = isAuthority ? authority(exchange, ports) : Buffer.from(JSON.stringify(bodyOf(exchange, ports)));
  res.writeHead(200, {
    'content-type': isAuthority ? authorityType(exchange.path) : 'application/json',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

function bodyOf(exchange: Admitted, ports: OwnAnswerPorts): unknown {
  const { caller } = exchange;
  // A path token opens inference and lists of models alone.
  const trusted = exchange.trulyLocal || (caller.kind === 'key' && caller.by !== 'path_token');
  switch (exchange.route.own) {
    case 'health':
      return health(exchange, ports, trusted);
    case 'info':
      return info(exchange, ports, trusted);
    case 'greeting':
      if (!ports.upstreams.list().some(({ kind }) => kind === 'lmstudio')) throw nothingHere(exchange);
      return { lmstudio: true };
    default:
      if (exchange.caller.kind !== 'key') throw new KeyhatchError('key_missing');
      return self(exchange.caller.key, ports);
  }
}

function authority(exchange: Admitted, { tls }: OwnAnswerPorts): Buffer {
  const pem = tls.authority();
  if (pem === undefined) throw nothingHere(exchange);
  return exchange.path.endsWith('.crt') ? new X509Certificate(pem).raw : Buffer.from(pem);
}

function authorityType(path: string): string {
  return path.endsWith('.crt') ? 'application/x-x509-ca-cert' : 'application/x-pem-file';
}

function health(exchange: Admitted, ports: OwnAnswerPorts, trusted: boolean): unknown {
  const upstreams = ports.upstreams.list();
  const status = ports.keys.locked() ? 'locked' : 'ok';
  if (!trusted) return { status: 'ok' };
  return {
    status,
    version: ports.version,
    auth: { required: ports.settings()['access.requireKey'] },
    base_urls: baseUrls(exchange),
    upstreams: upstreams.map(({ name, kind, health, models }) => ({ name, kind, health, models: models.size })),
  };
}

function info(exchange: Admitted, ports: OwnAnswerPorts, trusted: boolean): unknown {
  const auth = ports.settings()['access.requireKey'] ? 'key' : 'none';
  if (!trusted) return { name: 'Keyhatch', auth };
  const upstreams = ports.upstreams
    .list()
    .map(({ name, kind }) => ({ name, kind, kind_name: upstreamKindRow(kind).name }));
  return { name: 'Keyhatch', auth, version: ports.version, base_urls: baseUrls(exchange), upstreams };
}

/** Under the address by which this client has just reached us. */
function baseUrls(exchange: Admitted): Record<string, string> {
  const scheme = isEncrypted(exchange.req.socket) ? 'https' : 'http';
  const base = `${scheme}://${exchange.req.headers.host ?? 'localhost'}`;
  return { openai: `${base}/v1`, anthropic: base, ollama: base, lmstudio: `${base}/api/v0` };
}

function self(key: GatewayKey, ports: OwnAnswerPorts): unknown {
  const states = ports.limits.states(key);
  const today = ports.usage.today(key.id);
  return {
    id: key.id,
    name: key.name,
    project: key.projectId === null ? null : (ports.projects.get(key.projectId)?.name ?? key.projectId),
    status: key.status,
    expires_at: key.expiresAt,
    limits: {
      requests_per_minute: key.limits.rpm,
      requests_per_hour: key.policy.rph,
      tokens_per_minute: key.policy.tpm,
      parallel: key.limits.parallel,
      priority: key.policy.priority,
    },
    models: key.models,
    denied_models: key.policy.deniedModels,
    operations: key.policy.operations,
    remaining: {
      requests_this_minute: states.requestsPerMinute?.remaining ?? null,
      requests_this_hour: states.requestsPerHour?.remaining ?? null,
      tokens_this_minute: states.tokensPerMinute?.remaining ?? null,
    },
    budgets: states.budgets.map(budgetView),
    usage_today: { requests: today.requests, tokens_in: today.tokensIn, tokens_out: today.tokensOut },
  };
}

function budgetView({
  period,
  currency,
  project,
  limit,
  used,
  reserved,
  remaining,
  state,
  endsAt,
}: BudgetState): unknown {
  const unit = currency === null ? 'tokens' : `millionths of ${currency}`;
  return { period, unit, project, limit, used, reserved, remaining, state, ends_at: endsAt };
}

function nothingHere(exchange: Admitted): KeyhatchError {
  return new KeyhatchError('route_unknown', {
    details: { method: exchange.req.method ?? '', path: exchange.path, hint: '' },
  });
}

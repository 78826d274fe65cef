// Puts one list of models together from several upstreams, or cuts one down to what a key may use. Asks them all at the
// same time; one that does not answer is left out and logged. A single full list is forwarded as it comes instead.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { KeyhatchError } from '../../shared/errors.ts';
import { bareHost } from '../lib/bare-host.ts';
import type { Log } from '../lib/log.ts';
import { type Authorized, endedError } from './exchange.ts';
import { upstreamHeaders } from './forward-headers.ts';
import { hasModelRules, type KeyRules } from './key-rules.ts';
import type { GatewayProject, GatewayUpstream } from './ports.ts';
import { isSameModel, projectMayUse } from './project.ts';
import type { UpstreamAgents } from './upstream-agent.ts';

export type ModelListPorts = {
  readonly instanceId: string;
  readonly agents: UpstreamAgents;
  readonly rules: KeyRules;
  readonly log: Log;
};

const timeoutMs = 3_000;
const maxBytes = 4 * 1024 * 1024;

type Item = Record<string, unknown>;

/** The upstreams whose lists belong into this answer, or undefined when it can be forwarded as it is. */
export function upstreamsToList(exchange: Authorized): readonly GatewayUpstream[] | undefined {
  if (exchange.route.list === undefined) return undefined;
  const speaking = exchange.upstreams.list().filter(({ dialects }) => dialects.includes(exchange.dialect));
  const limited = exchange.caller.kind === 'key' && hasModelRules(exchange.caller.key);
  const { project } = exchange;
  const ofProject = project !== undefined && (project.models !== null || project.aliases.size > 0);
  return speaking.length > 1 || limited || ofProject ? speaking : undefined;
}

/** Answers with the joint list. @throws KeyhatchError `upstream_unreachable` when none of them answered */
export async function answerModelList(
  exchange: Authorized,
  upstreams: readonly GatewayUpstream[],
  ports: ModelListPorts,
): Promise<void> {
  const member = exchange.route.list ?? 'data';
  const answers = await Promise.all(upstreams.map((upstream) => listOf(exchange, upstream, ports)));
  const good = answers.filter((answer) => answer !== undefined);
  const [first] = good;
  if (exchange.ending.reason()) throw endedError(exchange);
  if (!first) {
    const upstream = upstreams.map(({ name }) => name).join(', ');
    throw new KeyhatchError('upstream_unreachable', {
      details: { upstream, reason: 'no list of models came from it' },
    });
  }
  const key = exchange.caller.kind === 'key' ? exchange.caller.key : undefined;
  const items = joined(
    good.flatMap((answer) => itemsOf(answer, member)),
    (id) => (!key || ports.rules.mayUse(key, id)) && projectMayUse(exchange.project, id),
  );
  const body = Buffer.from(
    JSON.stringify({
      ...(typeof first['object'] === 'string' ? { object: first['object'] } : {}),
      [member]: [...items, ...aliased(items, exchange.project)],
    }),
  );
  exchange.res.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  exchange.res.end(exchange.req.method === 'HEAD' ? undefined : body);
}

async function listOf(
  exchange: Authorized,
  upstream: GatewayUpstream,
  ports: ModelListPorts,
): Promise<Item | undefined> {
  try {
    return await getJson(exchange, upstream, ports);
  } catch (error) {
    ports.log.warn('an upstream was left out of a list of models', {
      upstream: upstream.name,
      reason: String((error as Error).message),
    });
    return undefined;
  }
}

function getJson(exchange: Authorized, upstream: GatewayUpstream, ports: ModelListPorts): Promise<Item> {
  const { url } = upstream;
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      protocol: url.protocol,
      hostname: bareHost(url.hostname),
      port: url.port,
      path: url.pathname.replace(/\/$/, '') + exchange.upstreamPath,
      headers: upstreamHeaders(exchange, upstream, ports.instanceId),
      agent: ports.agents.for(url.protocol),
      signal: AbortSignal.timeout(timeoutMs),
    });
    request.on('error', reject);
    request.on('response', (response) => readJson(response).then(resolve, reject));
    request.end();
  });
}

async function readJson(response: IncomingMessage): Promise<Item> {
  if (response.statusCode !== 200) {
    response.resume();
    throw new Error(`it answered with status ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) throw new Error('its list is too long');
    chunks.push(chunk);
  }
  const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('it did not answer with a list');
  return value as Item;
}

function itemsOf(answer: Item, member: string): readonly Item[] {
  const items = answer[member];
  return Array.isArray(items) ? items.filter((item): item is Item => typeof item === 'object' && item !== null) : [];
}

const nameMembers = ['id', 'key', 'model', 'name'] as const;

function idOf(item: Item): string {
  return String(nameMembers.map((member) => item[member]).find((name) => name !== undefined && name !== null) ?? '');
}

/** The names that a project has for models of this list: each as its model, but for the name. */
function aliased(items: readonly Item[], project: GatewayProject | undefined): readonly Item[] {
  return [...(project?.aliases ?? [])].flatMap(([alias, model]) => {
    const item = items.find((one) => isSameModel(idOf(one), model));
    if (!item || items.some((one) => isSameModel(idOf(one), alias))) return [];
    const named = nameMembers.filter((member) => item[member] === idOf(item)).map((member) => [member, alias]);
    return [{ ...item, ...Object.fromEntries(named) }];
  });
}

function joined(items: readonly Item[], isShown: (id: string) => boolean): readonly Item[] {
  const seen = new Set<string>();
  return items.filter((item) => {
    const id = idOf(item);
    if (seen.has(id) || !isShown(id)) return false;
    seen.add(id);
    return true;
  });
}

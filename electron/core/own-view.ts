// The house as one member sees it: their own keys, usage and requests, and of the rest what they need to use them. Whatever
// belongs to somebody else is answered as if it were not there. Review this file hardest when a call is marked `own`.

import type { Change } from '../../shared/change.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { LimitStates } from '../../shared/limit-model.ts';
import type { KeyFacts, Status, UpstreamStatus } from '../../shared/model.ts';
import type { Caller } from '../../shared/people-model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import type { ExportCalls } from './export-calls.ts';
import { type KeyViewPorts, keysFor, type SeenKeys } from './key-views.ts';
import { createMemberKeys, type MemberKeyPorts } from './member-keys.ts';
import type { RequestCalls } from './request-calls.ts';
import type { UsageCalls } from './usage-calls.ts';

/** What is answered by who asks. */
export type Seen = {
  readonly status: () => Status;
  readonly watch: (signal?: AbortSignal) => AsyncGenerator<Change, void, void>;
  readonly keys: SeenKeys;
  readonly limits: (ref: string) => LimitStates;
  readonly usage: UsageCalls;
  readonly requests: Pick<RequestCalls, 'list' | 'get'>;
  readonly exports: ExportCalls;
  readonly running: () => RunningRequest[];
};

export type OwnViewPorts = Pick<KeyViewPorts, 'person' | 'roleOf'> &
  Omit<MemberKeyPorts, 'keys'> & {
    readonly house: Seen;
    /** Ids of all keys that were ever theirs, also of deleted ones, and of what stands for them in usage. */
    readonly keyIdsOf: (personId: string) => readonly string[];
  };

/** The house for whoever asks: members get their own view of it, and nobody more of its keys than they may change. */
export function createSeenBy(ports: OwnViewPorts): (caller: Caller) => Seen {
  const { house } = ports;
  const memberKeys = createMemberKeys({ ...ports, keys: house.keys });
  return (caller) => {
    const personId = caller.personId ?? '';
    if (caller.role === 'member') return ownView(personId, memberKeys(personId), ports);
    return { ...house, keys: keysFor(caller, { ...ports, keys: house.keys }) };
  };
}

function ownView(personId: string, keys: SeenKeys, ports: OwnViewPorts): Seen {
  const { house } = ports;
  // Looked up anew each time: they may have made one meanwhile.
  const mineNow: MineNow = () => {
    const ids = new Set(ports.keyIdsOf(personId));
    return (keyId) => keyId !== null && ids.has(keyId);
  };
  const mine = { personId };
  const running = () => ofMine(house.running(), mineNow());
  const ownStatus = (status: Status) => narrowedStatus(status, keys.list(), running().length);
  return {
    status: () => ownStatus(house.status()),
    watch: (signal) => ownChanges(house.watch(signal), { mineNow, ownStatus }),
    keys,
    limits: (ref) => house.limits(keys.get(ref).id),
    usage: {
      report: (sinceMs, by) => house.usage.report(sinceMs, by, mine),
      series: (question) => house.usage.series({ ...question, ...mine }),
      details: (question) => house.usage.details({ ...question, ...mine }),
      lifetime: (question) => house.usage.lifetime({ ...question, ...mine }),
    },
    requests: {
      list: (query) => house.requests.list({ ...query, ...mine }),
      async get(id) {
        const request = await house.requests.get(id);
        if (!mineNow()(request.keyId)) throw new KeyhatchError('request_not_found', { details: { id } });
        return request;
      },
    },
    exports: {
      usage: (question, signal) => house.exports.usage({ ...question, ...mine }, signal),
      requests: (question, signal) => house.exports.requests({ ...question, ...mine }, signal),
    },
    running,
  };
}

/**
 * Whether the door is open, which models there are, and how their own keys stand. Every fact is named, so that what is added
 * for the owner stays the owner's.
 */
export function narrowedStatus(status: Status, keys: readonly KeyFacts[], running: number): Status {
  const { version, shell, server, dashboard, vault, access, capture, upstreams, reminders } = status;
  const ids = new Set(keys.map(({ id }) => id));
  const living = keys.filter(({ status: state, usable }) => state === 'active' && usable);
  return {
    version,
    pid: 0,
    shell,
    dataDir: '',
    server: {
      state: server.state,
      urls: server.urls,
      startedAt: server.startedAt,
      reason: null,
      running,
      queued: 0,
      reachable: [],
    },
    dashboard: { url: dashboard.url, secureUrl: dashboard.secureUrl },
    vault: { kind: vault.kind, state: vault.state, reason: null },
    access: { requireKey: access.requireKey, localhostBypass: false, onLan: access.onLan, ways: 0, sentence: '' },
    keys: { active: living.length, total: keys.length },
    capture: { on: capture.on.filter(({ keyId }) => ids.has(keyId)), problem: null },
    exposures: [],
    upstreams: upstreams.map(narrowedUpstream),
    requestsToday: keys.reduce((sum, { today }) => sum + today.requests, 0),
    warnings: [],
    reminders: reminders.filter(({ keyId }) => ids.has(keyId)),
  };
}

/** What it is called and serves. Where it is, and who waits for it, is the owner's. */
function narrowedUpstream({ id, name, kind, dialects, health, models, isDefault }: UpstreamStatus): UpstreamStatus {
  return {
    ...{ id, name, kind, dialects, health, models, isDefault },
    url: 'about:blank',
    reason: null,
    latencyMs: null,
    checkedAt: null,
    places: { limit: null, from: 'kind', running: 0, queued: 0 },
    hasCredential: false,
    setByFlag: false,
  };
}

type MineNow = () => (keyId: string | null) => boolean;

function ofMine<Item extends { readonly keyId: string | null }>(
  items: readonly Item[],
  isMine: ReturnType<MineNow>,
): Item[] {
  return items.filter(({ keyId }) => isMine(keyId));
}

async function* ownChanges(
  changes: AsyncGenerator<Change, void, void>,
  by: {
    readonly mineNow: MineNow;
    readonly ownStatus: (status: Status) => Status;
  },
): AsyncGenerator<Change, void, void> {
  for await (const change of changes) {
    const own = ownChange(change, by);
    if (own) yield own;
  }
}

function ownChange(change: Change, { mineNow, ownStatus }: Parameters<typeof ownChanges>[1]): Change | undefined {
  switch (change.type) {
    case 'ready':
    case 'beat':
      return change;
    case 'status':
      return { type: 'status', status: ownStatus(change.status) };
    case 'key':
      return mineNow()(change.key.id) ? change : undefined;
    case 'key_deleted':
      return mineNow()(change.id) ? change : undefined;
    case 'requests': {
      const requests = ofMine(change.requests, mineNow());
      return requests.length > 0 ? { type: 'requests', requests } : undefined;
    }
    case 'running':
      return { type: 'running', running: ofMine(change.running, mineNow()) };
    case 'project':
    case 'project_deleted':
    case 'setting':
    case 'certificate':
      return undefined;
  }
}

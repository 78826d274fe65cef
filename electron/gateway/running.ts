// The requests that are running now, by key, and the one way to end them early: when a key is revoked, deleted or
// expires, or the server gives up draining. Tells who runs what, and nothing of what is said.

import type { ErrorCode } from '../../shared/errors.ts';
import type { PersonBar } from '../../shared/people-model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import { clientOfUserAgent } from '../../shared/snippets-user-agents.ts';
import type { Clock } from '../lib/clock.ts';
import { scrub } from '../lib/log.ts';
import { closedProject } from './admit.ts';
import { type Bag, createBag } from './bag.ts';
import { type Caller, type Identified, type Progress, wayOf } from './exchange.ts';
import type { GatewayKey, KeyRegistry, ProjectRegistry } from './ports.ts';

/** Why a running request is ended: told to the client in its dialect. */
export type EndReason = Extract<
  ErrorCode,
  'key_revoked' | 'key_expired' | PersonBar | 'project_archived' | 'server_stopping' | 'way_closed' | 'token_revoked'
>;

/** Whether and why a request may not go on. An AbortSignal would say the same, at several times the cost a request. */
export type Ending = {
  readonly reason: () => EndReason | undefined;
  /** Sets who is told when it comes, in place of whoever was before. */
  readonly tell: (listener: (() => void) | undefined) => void;
};

export type Running = {
  readonly ending: Ending;
  /** Filled in by the stages as they come to know it. */
  readonly progress: Progress;
  readonly done: () => void;
};

export type RunningRequests = {
  readonly enter: (identified: Identified) => Running;
  /** How many a key has running; of everybody without an argument. */
  readonly count: (keyId?: string) => number;
  /** The newest of them, newest first. */
  readonly list: () => RunningRequest[];
  /** Looks at a key that changed, and ends its requests if it may no longer be used. */
  readonly keyChanged: (keyId: string) => void;
  /** Ends those of the callers about which `reasonFor` knows one. */
  readonly endWhere: (reasonFor: (caller: Caller) => EndReason | undefined) => void;
  readonly endAll: (reason: EndReason) => void;
  /** Resolves once nothing runs. */
  readonly idle: () => Promise<void>;
};

type End = (reason: EndReason) => void;
type Entry = { readonly identified: Identified; readonly progress: Progress; readonly end: End };

/** More than these nobody looks at. */
const listedAtMost = 100;

// setTimeout overflows above this; a key that expires later is looked at again then.
const longestTimeoutMs = 2 ** 31 - 1;

export function createRunningRequests(ports: {
  readonly keys: KeyRegistry;
  readonly projects: ProjectRegistry;
  readonly clock: Clock;
}): RunningRequests {
  const all = createBag<Entry>();
  // One timer a key, set anew whenever the key changes: an expiry may come or move while a request runs.
  const byKey = new Map<string, { readonly ends: Bag<End>; timer: NodeJS.Timeout | undefined }>();
  let whenIdle: (() => void)[] = [];

  function endIfOver(keyId: string): void {
    const ofKey = byKey.get(keyId);
    if (!ofKey) return;
    clearTimeout(ofKey.timer);
    ofKey.timer = undefined;
    const key = ports.keys.get(keyId);
    const leftMs = (key?.expiresAt ?? Number.POSITIVE_INFINITY) - ports.clock.now();
    const reason = reasonToEnd(key, leftMs, ports.projects);
    if (reason) for (const end of ofKey.ends.items()) end(reason);
    else if (leftMs !== Number.POSITIVE_INFINITY) {
      ofKey.timer = setTimeout(() => endIfOver(keyId), Math.min(leftMs, longestTimeoutMs)).unref();
    }
  }

  function join(keyId: string, end: End): number {
    const ofKey = byKey.get(keyId);
    if (ofKey) return ofKey.ends.add(end);
    const ends = createBag<End>();
    const place = ends.add(end);
    byKey.set(keyId, { ends, timer: undefined });
    endIfOver(keyId);
    return place;
  }

  function leave(keyId: string, place: number): void {
    const ofKey = byKey.get(keyId);
    ofKey?.ends.remove(place);
    if (!ofKey || ofKey.ends.size() > 0) return;
    clearTimeout(ofKey.timer);
    byKey.delete(keyId);
  }

  return {
    enter(identified) {
      const { caller } = identified;
      const progress: Progress = { model: undefined, upstreamName: undefined, forwardedAt: null };
      let reason: EndReason | undefined;
      let listener: (() => void) | undefined;
      const end: End = (given) => {
        reason ??= given;
        listener?.();
      };
      const place = all.add({ identified, progress, end });
      const keyId = caller.kind === 'key' ? caller.key.id : undefined;
      const placeOfKey = keyId === undefined ? 0 : join(keyId, end);
      return {
        progress,
        ending: {
          reason: () => reason,
          tell(next) {
            listener = next;
          },
        },
        done() {
          all.remove(place);
          if (keyId !== undefined) leave(keyId, placeOfKey);
          if (all.size() > 0) return;
          for (const resolve of whenIdle) resolve();
          whenIdle = [];
        },
      };
    },
    count: (keyId) => (keyId === undefined ? all.size() : (byKey.get(keyId)?.ends.size() ?? 0)),
    list: () =>
      all
        .items()
        .filter(({ identified }) => identified.route.own === undefined)
        .sort((a, b) => b.identified.receivedAt - a.identified.receivedAt)
        .slice(0, listedAtMost)
        .map(viewOf),
    keyChanged: endIfOver,
    endWhere(reasonFor) {
      for (const { identified, end } of all.items()) {
        const reason = reasonFor(identified.caller);
        if (reason) end(reason);
      }
    },
    endAll(reason) {
      for (const { end } of all.items()) end(reason);
    },
    idle() {
      return all.size() === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve));
    },
  };
}

function viewOf({ identified, progress }: Entry): RunningRequest {
  const { id, caller, operation, dialect, receivedAt, clientAddress, req } = identified;
  const key = caller.kind === 'key' ? caller.key : undefined;
  return {
    id,
    keyId: key?.id ?? null,
    keyName: key?.name ?? null,
    caller: wayOf(caller),
    model: progress.model === undefined ? null : scrub(progress.model.slice(0, 200)),
    upstreamName: progress.upstreamName ?? null,
    operation,
    dialect,
    receivedAt,
    forwardedAt: progress.forwardedAt,
    clientAddress,
    client: clientOfUserAgent(req.headers['user-agent']),
  };
}

function reasonToEnd(key: GatewayKey | undefined, leftMs: number, projects: ProjectRegistry): EndReason | undefined {
  if (!key || key.status === 'revoked') return 'key_revoked';
  if (leftMs <= 0) return 'key_expired';
  if (key.personBar !== null) return key.personBar;
  return closedProject(key, projects) === undefined ? undefined : 'project_archived';
}

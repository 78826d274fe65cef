// The requests that are running now, by key, and the one way to end them early: when a key is revoked, deleted or
// expires, or the server gives up draining. Knows nothing of HTTP.

import type { ErrorCode } from '../../shared/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Caller } from './exchange.ts';
import type { GatewayKey, KeyRegistry } from './ports.ts';

/** Why a running request is ended: told to the client in its dialect. */
export type EndReason = Extract<ErrorCode, 'key_revoked' | 'key_expired' | 'server_stopping'>;

export type RunningRequest = {
  /** Aborts with an `EndReason` as its reason. */
  readonly signal: AbortSignal;
  readonly done: () => void;
};

export type RunningRequests = {
  readonly enter: (caller: Caller) => RunningRequest;
  /** How many a key has running; of everybody without an argument. */
  readonly count: (keyId?: string) => number;
  /** Looks at a key that changed, and ends its requests if it may no longer be used. */
  readonly keyChanged: (keyId: string) => void;
  readonly endAll: (reason: EndReason) => void;
  /** Resolves once nothing runs. */
  readonly idle: () => Promise<void>;
};

// setTimeout overflows above this; a key that expires later is looked at again then.
const longestTimeoutMs = 2 ** 31 - 1;

export function createRunningRequests(ports: { readonly keys: KeyRegistry; readonly clock: Clock }): RunningRequests {
  const all = new Set<AbortController>();
  const byKey = new Map<string, Set<AbortController>>();
  let whenIdle: (() => void)[] = [];

  function watchExpiry(key: GatewayKey, controller: AbortController): () => void {
    let timer: NodeJS.Timeout | undefined;
    const look = () => {
      const expiresAt = ports.keys.get(key.id)?.expiresAt ?? null;
      if (expiresAt === null) return;
      const leftMs = expiresAt - ports.clock.now();
      if (leftMs <= 0) controller.abort('key_expired' satisfies EndReason);
      else timer = setTimeout(look, Math.min(leftMs, longestTimeoutMs)).unref();
    };
    look();
    return () => clearTimeout(timer);
  }

  return {
    enter(caller) {
      const controller = new AbortController();
      all.add(controller);
      const key = caller.kind === 'key' ? caller.key : undefined;
      const ofKey = key && (byKey.get(key.id) ?? new Set());
      if (key && ofKey) byKey.set(key.id, ofKey.add(controller));
      const unwatch = key && key.expiresAt !== null ? watchExpiry(key, controller) : undefined;
      return {
        signal: controller.signal,
        done() {
          unwatch?.();
          all.delete(controller);
          ofKey?.delete(controller);
          if (key && ofKey?.size === 0) byKey.delete(key.id);
          if (all.size > 0) return;
          for (const resolve of whenIdle) resolve();
          whenIdle = [];
        },
      };
    },
    count: (keyId) => (keyId === undefined ? all.size : (byKey.get(keyId)?.size ?? 0)),
    keyChanged(keyId) {
      const key = ports.keys.get(keyId);
      const expired = key?.status === 'expired' || (key?.expiresAt ?? Infinity) <= ports.clock.now();
      if (key && key.status !== 'revoked' && !expired) return;
      const reason: EndReason = key && expired && key.status !== 'revoked' ? 'key_expired' : 'key_revoked';
      for (const controller of [...(byKey.get(keyId) ?? [])]) controller.abort(reason);
    },
    endAll(reason) {
      for (const controller of [...all]) controller.abort(reason);
    },
    idle() {
      return all.size === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve));
    },
  };
}

// Stage 5: may this caller have one more request running now? Status, project, requests a minute over a rolling 60
// seconds, and parallel requests. Gives out a lease that the pipeline returns exactly once; a refused call counts nothing.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Admitted, Identified, Lease } from './exchange.ts';
import type { AdmissionLog, GatewayKey, PresentedKey, ProjectRegistry } from './ports.ts';
import { createRateWindow, type RateWindow } from './rate-window.ts';
import type { RunningRequests } from './running.ts';

/** What a key has left of its requests a minute, for the rate headers of every answer. */
export type RateState = { readonly limit: number; readonly remaining: number; readonly resetMs: number };

export type Admission = {
  readonly admit: (identified: Identified) => Admitted;
  readonly rateOf: (key: GatewayKey) => RateState | undefined;
};

export type AdmitPorts = {
  readonly clock: Clock;
  readonly admissions: AdmissionLog;
  readonly running: RunningRequests;
  readonly projects: ProjectRegistry;
};

export function createAdmission(ports: AdmitPorts): Admission {
  const windows = new Map<string, RateWindow>();
  const windowOf = (keyId: string) => {
    const window = windows.get(keyId) ?? createRateWindow();
    windows.set(keyId, window);
    return window;
  };

  // What the last run admitted still counts: wall times are carried over to this run's monotonic clock.
  const offsetMs = ports.clock.monotonic() - ports.clock.now();
  for (const { keyId, at } of [...ports.admissions.recent()].sort((a, b) => a.at - b.at)) {
    windowOf(keyId).count(Math.min(at + offsetMs, ports.clock.monotonic()));
  }

  function checkKey(key: PresentedKey, trulyLocal: boolean): void {
    checkPaused(key);
    const closed = closedProject(key, ports.projects);
    if (closed !== undefined)
      throw new KeyhatchError('project_archived', { details: { name: key.name, project: closed } });
    const weak = key.byOldSecret ? key.oldSecretWeak : key.weak;
    if (weak && !trulyLocal) throw new KeyhatchError('key_weak', { details: { name: key.name } });
    const { rpm, parallel } = key.limits;
    if (rpm === 0) throw new KeyhatchError('key_blocked', { details: { name: key.name } });
    if (parallel !== null && ports.running.count(key.id) >= parallel) {
      throw new KeyhatchError('parallel_limited', { details: { name: key.name, limit: parallel } });
    }
    const waitMs = rpm === null ? 0 : windowOf(key.id).waitMs(rpm, ports.clock.monotonic());
    if (waitMs > 0) {
      const seconds = Math.min(59, Math.max(1, Math.ceil(waitMs / 1000)));
      throw new KeyhatchError('rate_limited', {
        details: { name: key.name, limit: rpm ?? 0, seconds, waitMs: Math.ceil(waitMs) },
      });
    }
  }

  return {
    admit(identified) {
      const { caller } = identified;
      const admittedAt = ports.clock.now();
      // Asking about oneself or about the server is free, and works for a key that has used up its minute.
      if (caller.kind === 'key' && identified.route.own === undefined) {
        checkKey(caller.key, identified.trulyLocal);
        windowOf(caller.key.id).count(ports.clock.monotonic());
        ports.admissions.record(caller.key.id, admittedAt);
      }
      const request = ports.running.enter(caller);
      return { ...identified, admittedAt, lease: onceOnly(request.done), ending: request.ending };
    },
    rateOf(key) {
      const limit = key.limits.rpm;
      if (limit === null) return undefined;
      const now = ports.clock.monotonic();
      const window = windowOf(key.id);
      return {
        limit,
        remaining: Math.max(0, limit - window.used(now)),
        resetMs: window.waitMs(Math.max(1, limit), now),
      };
    },
  };
}

/** The name of a key's project where that lets nothing pass: it is archived, or it is not known. */
export function closedProject(key: GatewayKey, projects: ProjectRegistry): string | undefined {
  if (key.projectId === null) return undefined;
  const project = projects.get(key.projectId);
  return !project ? key.projectId : project.closed ? project.name : undefined;
}

/** @throws KeyhatchError `key_paused` */
export function checkPaused(key: GatewayKey): void {
  if (key.status === 'paused') throw new KeyhatchError('key_paused', { details: { name: key.name } });
}

function onceOnly(release: () => void): Lease {
  let released = false;
  return {
    release() {
      if (!released) release();
      released = true;
    },
  };
}

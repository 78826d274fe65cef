// Stage 5: may this caller have one more request running now? Status, project, parallel requests, and requests a minute
// and an hour over rolling windows. Gives out a lease that the pipeline returns exactly once; a refused call counts nothing.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Clock } from '../lib/clock.ts';
import type { Admitted, Identified, Lease } from './exchange.ts';
import type { KeyLimits } from './key-limits.ts';
import type { LimitCounters } from './limit-counters.ts';
import { blocked, rateLimited } from './limit-refusals.ts';
import type { GatewayKey, PresentedKey, ProjectRegistry } from './ports.ts';
import type { RunningRequests } from './running.ts';

export type AdmitPorts = {
  readonly clock: Clock;
  readonly limits: KeyLimits;
  readonly counters: LimitCounters;
  readonly running: RunningRequests;
  readonly projects: ProjectRegistry;
};

export async function admit(identified: Identified, ports: AdmitPorts): Promise<Admitted> {
  const { caller } = identified;
  const admittedAt = ports.clock.now();
  // Asking about oneself or about the server is free, and works for a key that has used up its minute.
  const limited = caller.kind === 'key' && identified.route.own === undefined ? caller.key : undefined;
  if (limited) checkKey(limited, identified.trulyLocal, ports);
  // Before anything is waited for, so that those who come meanwhile are counted with it.
  const request = ports.running.enter(identified);
  const lease = onceOnly(request.done);
  try {
    const uncount = limited ? await countRequest(limited, ports) : nothingCounted;
    const { ending, progress } = request;
    return { ...identified, admittedAt, lease, uncount, ending, progress };
  } catch (error) {
    lease.release();
    throw error;
  }
}

const nothingCounted = () => {};

function checkKey(key: PresentedKey, trulyLocal: boolean, { running, projects }: AdmitPorts): void {
  checkPaused(key);
  checkProject(key, projects);
  checkWeak(key, trulyLocal);
  checkRoom(key, running);
}

/** @throws KeyhatchError `key_weak` */
export function checkWeak(key: PresentedKey, trulyLocal: boolean): void {
  const weak = key.byOldSecret ? key.oldSecretWeak : key.weak;
  if (weak && !trulyLocal) throw new KeyhatchError('key_weak', { details: { name: key.name } });
}

/** @throws KeyhatchError `key_blocked`, `parallel_limited` */
export function checkRoom(key: GatewayKey, running: Pick<RunningRequests, 'count'>): void {
  const { name, limits, policy } = key;
  if (limits.rpm === 0) throw blocked(key, 'rpm');
  if (policy.rph === 0) throw blocked(key, 'rph');
  if (limits.parallel !== null && running.count(key.id) >= limits.parallel) {
    throw new KeyhatchError('parallel_limited', { details: { name, limit: limits.parallel } });
  }
}

async function countRequest(key: GatewayKey, { limits, counters }: AdmitPorts): Promise<Admitted['uncount']> {
  const claims = limits.requests(key, 1);
  if (claims.length === 0) return nothingCounted;
  const taken = await counters.take(claims);
  if (taken.ok) return () => taken.settle(claims.map(() => 0));
  const { counter = 'rpm', limit = 0 } = claims[taken.at] ?? {};
  throw rateLimited(key, counter, limit, taken.waitMs);
}

/** What counting one more request would meet now; counts nothing. @throws KeyhatchError `rate_limited` */
export function checkRequests(key: GatewayKey, { limits, counters }: Pick<AdmitPorts, 'limits' | 'counters'>): void {
  const claims = limits.requests(key, 1);
  for (const [index, { resetMs }] of counters.look(claims).entries()) {
    const { counter = 'rpm', limit = 0 } = claims[index] ?? {};
    if (resetMs > 0) throw rateLimited(key, counter, limit, resetMs);
  }
}

/** The name of a key's project where that lets nothing pass: it is archived, or it is not known. */
export function closedProject(key: GatewayKey, projects: ProjectRegistry): string | undefined {
  if (key.projectId === null) return undefined;
  const project = projects.get(key.projectId);
  return !project ? key.projectId : project.closed ? project.name : undefined;
}

/** @throws KeyhatchError `project_archived` */
export function checkProject(key: GatewayKey, projects: ProjectRegistry): void {
  const closed = closedProject(key, projects);
  if (closed === undefined) return;
  throw new KeyhatchError('project_archived', { details: { name: key.name, project: closed } });
}

/** @throws KeyhatchError `key_paused`, `person_paused`, `role_without_models` */
export function checkPaused(key: GatewayKey): void {
  if (key.personBar !== null) throw new KeyhatchError(key.personBar, { details: { name: key.name } });
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

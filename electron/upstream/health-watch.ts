// Knows of each upstream whether it is up and which models it has, by listing them from time to time and by what the
// gateway reports. Keeps what it learnt in memory; never throws, and never asks an upstream more than once a second.

import type { UpstreamHealth, UpstreamRecord } from '../../shared/model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import { askSlots } from './ask-slots.ts';
import { askModels, type ModelsAnswer, modelNames } from './list-models.ts';

const restMs = 1000;

export type WatchedUpstream = Pick<UpstreamRecord, 'id' | 'name' | 'kind'> & {
  readonly url: URL;
  readonly credential: string | undefined;
};

export type UpstreamState = {
  readonly health: UpstreamHealth;
  /** What is wrong, for people; null when nothing is. */
  readonly reason: string | null;
  readonly latencyMs: number | null;
  /** Epoch milliseconds; null before the first check. */
  readonly checkedAt: number | null;
  /** Every name under which a request may ask for a model here. Kept while the upstream is down. */
  readonly models: ReadonlySet<string>;
  /** The models as the upstream lists them. */
  readonly listed: readonly string[];
  /** How many requests it says that it answers at once; null where it does not say. */
  readonly slots: number | null;
};

export type HealthWatchOptions = {
  /** The upstreams as they are now; asked before each check. */
  readonly upstreams: () => readonly WatchedUpstream[];
  readonly everyMs?: number;
  readonly downEveryMs?: number;
  /** For one check. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when health, reason, models or slots differ from before. */
  readonly onChange: (id: string, state: UpstreamState) => void;
};

export type HealthWatch = {
  readonly start: () => void;
  /** Breaks running checks off. What is known stays. */
  readonly stop: () => void;
  /** Checks one upstream or all of them now, and resolves when that is done. Never rejects. */
  readonly refresh: (id?: string) => Promise<void>;
  /** A request could not connect: down at once, and checked again soon. */
  readonly noteFailure: (id: string, reason: string) => void;
  readonly state: (id: string) => UpstreamState;
};

type Entry = {
  state: UpstreamState;
  /** What was checked: another address, kind or credential makes an older result worthless. */
  checked: WatchedUpstream;
  startedAt: number;
  failedAt: number;
  dueAt: number;
  running: Promise<void> | undefined;
};

export function createHealthWatch(options: HealthWatchOptions): HealthWatch {
  const { everyMs = 15_000, downEveryMs = 3000, timeoutMs = 5000, clock } = options;
  const entries = new Map<string, Entry>();
  let ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let started = false;

  function entryOf(upstream: WatchedUpstream): Entry {
    const known = entries.get(upstream.id);
    if (known !== undefined && isSame(known.checked, upstream)) {
      known.checked = upstream;
      return known;
    }
    const never = Number.NEGATIVE_INFINITY;
    const fresh = { state: unknownState(), startedAt: never, failedAt: never, dueAt: never, running: undefined };
    const entry: Entry = { ...fresh, checked: upstream };
    entries.set(upstream.id, entry);
    return entry;
  }

  function check(upstream: WatchedUpstream): Promise<void> {
    const entry = entryOf(upstream);
    if (entry.running !== undefined) return entry.running;
    if (clock.monotonic() - entry.startedAt < restMs) return Promise.resolve();
    entry.startedAt = clock.monotonic();
    const { signal } = ending;
    const limits = { timeoutMs, signal };
    entry.running = Promise.all([askModels(upstream, limits), askSlots(upstream, limits)]).then(([answer, slots]) => {
      entry.running = undefined;
      if (entries.get(upstream.id) === entry && !signal.aborted) take(entry, answer, slots);
    });
    return entry.running;
  }

  function take(entry: Entry, answer: ModelsAnswer, slots: number | undefined): void {
    const next = { ...nextState(entry, answer, clock.now()), slots: slots ?? entry.state.slots };
    // What failed while we asked is newer than the answer.
    if (entry.failedAt > entry.startedAt && next.health === 'up') entry.dueAt = clock.monotonic() + restMs;
    else {
      entry.dueAt = clock.monotonic() + (next.health === 'up' ? everyMs : downEveryMs);
      enter(entry, next);
    }
    schedule();
  }

  function enter(entry: Entry, next: UpstreamState): void {
    const before = entry.state;
    entry.state = next;
    const asBefore = before.health === next.health && before.reason === next.reason;
    if (!asBefore) logChange(options.log, entry.checked, next);
    if (asBefore && before.slots === next.slots && sameSet(before.models, next.models)) return;
    try {
      options.onChange(entry.checked.id, next);
    } catch (error) {
      options.log.error('a listener to upstream health failed', { error });
    }
  }

  // Also looks every downEveryMs for upstreams that were added or changed.
  function schedule(): void {
    clearTimeout(timer);
    if (!started) return;
    const idle = [...entries.values()].filter(({ running }) => running === undefined);
    const due = Math.min(...idle.map(({ dueAt, startedAt }) => Math.max(dueAt, startedAt + restMs)));
    const waitMs = Math.min(downEveryMs, Math.max(10, due - clock.monotonic()));
    timer = setTimeout(sweep, waitMs);
    timer.unref();
  }

  function sweep(): void {
    const upstreams = options.upstreams();
    const ids = new Set(upstreams.map(({ id }) => id));
    for (const id of entries.keys()) if (!ids.has(id)) entries.delete(id);
    for (const upstream of upstreams) if (entryOf(upstream).dueAt <= clock.monotonic()) void check(upstream);
    schedule();
  }

  return {
    start() {
      if (started) return;
      started = true;
      sweep();
    },
    stop() {
      started = false;
      clearTimeout(timer);
      ending.abort();
      ending = new AbortController();
    },
    async refresh(id) {
      const wanted = options.upstreams().filter((upstream) => id === undefined || upstream.id === id);
      await Promise.all(wanted.map(check));
    },
    noteFailure(id, reason) {
      const upstream = options.upstreams().find((one) => one.id === id);
      if (upstream === undefined) return;
      const entry = entryOf(upstream);
      entry.failedAt = clock.monotonic();
      entry.dueAt = entry.failedAt;
      enter(entry, { ...entry.state, health: 'down', reason, latencyMs: null, checkedAt: clock.now() });
      schedule();
    },
    state: (id) => entries.get(id)?.state ?? unknownState(),
  };
}

function nextState(entry: Entry, answer: ModelsAnswer, now: number): Omit<UpstreamState, 'slots'> {
  const { kind } = entry.checked;
  // A server that computes can be too busy to list: silence alone does not make one that was up anything else.
  const health = answer.health === 'unknown' && entry.state.health === 'up' ? 'up' : answer.health;
  const listed = answer.models ?? entry.state.listed;
  const models = answer.models === undefined ? entry.state.models : modelNames(kind, answer.models);
  return { health, reason: answer.reason, latencyMs: answer.latencyMs, checkedAt: now, models, listed };
}

function unknownState(): UpstreamState {
  return {
    health: 'unknown',
    reason: null,
    latencyMs: null,
    checkedAt: null,
    models: new Set(),
    listed: [],
    slots: null,
  };
}

function logChange(log: Log, upstream: WatchedUpstream, next: UpstreamState): void {
  const fields = { upstream: upstream.name, reason: next.reason ?? undefined };
  if (next.health === 'up' && next.reason === null) log.info('upstream is up', fields);
  else if (next.health === 'up') log.warn('upstream is up, with a remark', fields);
  else if (next.health === 'down') log.warn('upstream is down', fields);
  else log.warn('upstream does not answer', fields);
}

function isSame(one: WatchedUpstream, other: WatchedUpstream): boolean {
  return one.url.href === other.url.href && one.kind === other.kind && one.credential === other.credential;
}

function sameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((item) => other.has(item));
}

// Keeps what the pages show true: follows the stream of changes, puts each into the query cache, and begins anew when the
// stream ends or goes quiet. Whoever has been away asks everything again.

import type { QueryClient } from '@tanstack/react-query';
import type { Change } from '../../shared/change.ts';
import type { KeyFacts } from '../../shared/model.ts';
import type { ProjectFacts } from '../../shared/project-model.ts';
import type { RequestView } from '../../shared/usage-model.ts';
import type { Calls } from './calls.ts';
import type { Client } from './ipc-transport.ts';
import type { Session } from './session.ts';

export type LiveState = 'connecting' | 'live' | 'lost';

export type Live = {
  readonly state: () => LiveState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly stop: () => void;
};

/** Under this key lie the newest requests, newest first, as they came in since the page was opened. */
export const tailKey = ['tail'] as const;

const tailLength = 500;
/** A beat comes every ten seconds. */
const quietMs = 25_000;
const firstRetryMs = 400;
const longestRetryMs = 5_000;
/** Sums change with every request; asking for them more often than this would be for nobody's eyes. */
const sumsEveryMs = 2_000;

export function followChanges(ports: {
  readonly client: Client;
  readonly calls: Calls;
  readonly queries: QueryClient;
  readonly session: Session;
}): Live {
  const { client, queries, session } = ports;
  const listeners = new Set<() => void>();
  const stopping = new AbortController();
  const apply = createApply(ports);
  let state: LiveState = 'connecting';

  function enter(next: LiveState): void {
    if (state === next) return;
    state = next;
    for (const listener of [...listeners]) listener();
  }

  async function follow(): Promise<void> {
    const giveUp = new AbortController();
    const signal = AbortSignal.any([giveUp.signal, stopping.signal]);
    let quiet = setTimeout(() => giveUp.abort(), quietMs);
    try {
      for await (const change of await client.changes.watch(undefined, { signal })) {
        clearTimeout(quiet);
        quiet = setTimeout(() => giveUp.abort(), quietMs);
        if (change.type === 'ready') {
          enter('live');
          void queries.invalidateQueries();
        } else apply(change);
      }
    } finally {
      clearTimeout(quiet);
    }
  }

  async function run(): Promise<void> {
    let waitMs = firstRetryMs;
    while (!stopping.signal.aborted) {
      await untilSignedIn(session, stopping.signal);
      const began = performance.now();
      await follow().catch(() => {});
      if (stopping.signal.aborted) return;
      if (session.state() === 'open') enter('lost');
      if (performance.now() - began > longestRetryMs) waitMs = firstRetryMs;
      await sleep(waitMs, stopping.signal);
      waitMs = Math.min(waitMs * 2, longestRetryMs);
    }
  }

  void run();
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => stopping.abort(),
  };
}

function createApply({ calls, queries }: { readonly calls: Calls; readonly queries: QueryClient }) {
  // Sums that take long to make are asked for less often: the server that makes them has better to do.
  let sumsPauseMs = sumsEveryMs;
  let sumsDue: ReturnType<typeof setTimeout> | undefined;

  /** An answer that is on its way was given before this change, and must not undo it. */
  function put<Value>(key: readonly unknown[], change: (before: Value | undefined) => Value | undefined): void {
    const asking = queries.isFetching({ queryKey: key }) > 0;
    if (asking) void queries.cancelQueries({ queryKey: key }, { revert: false, silent: true });
    queries.setQueryData<Value>(key, change);
    if (asking) void queries.invalidateQueries({ queryKey: key });
  }

  function refreshSums(): void {
    if (sumsDue !== undefined) return;
    sumsDue = setTimeout(async () => {
      const began = performance.now();
      await queries.invalidateQueries({ queryKey: calls.usage.key() });
      sumsPauseMs = Math.max(sumsEveryMs, 20 * (performance.now() - began));
      sumsDue = undefined;
    }, sumsPauseMs);
  }

  return (change: Change): void => {
    switch (change.type) {
      case 'status':
        put(calls.status.get.queryKey(), () => change.status);
        break;
      case 'key':
        put<KeyFacts[]>(calls.keys.list.queryKey(), (keys) => keys && withItem(keys, change.key));
        break;
      case 'key_deleted':
        put<KeyFacts[]>(calls.keys.list.queryKey(), (keys) => keys?.filter(({ id }) => id !== change.id));
        break;
      case 'project':
        put<ProjectFacts[]>(
          calls.projects.list.queryKey(),
          (projects) => projects && withItem(projects, change.project),
        );
        break;
      case 'project_deleted':
        put<ProjectFacts[]>(calls.projects.list.queryKey(), (projects) =>
          projects?.filter(({ id }) => id !== change.id),
        );
        break;
      case 'setting':
        put(calls.settings.list.queryKey(), (settings: readonly { readonly name: string }[] | undefined) =>
          settings?.map((setting) => (setting.name === change.setting.name ? change.setting : setting)),
        );
        // Somebody waits for what a price makes of it.
        if (change.setting.name === 'usage.prices') void queries.invalidateQueries({ queryKey: calls.usage.key() });
        break;
      case 'certificate':
        void queries.invalidateQueries({ queryKey: calls.tls.key() });
        break;
      case 'requests':
        queries.setQueryData<RequestView[]>(tailKey, (tail) =>
          [...change.requests]
            .reverse()
            .concat(tail ?? [])
            .slice(0, tailLength),
        );
        refreshSums();
        break;
      case 'running':
        put(calls.requests.running.queryKey(), () => change.running);
        break;
      case 'ready':
      case 'beat':
        break;
    }
  };
}

function withItem<Item extends { readonly id: string }>(items: readonly Item[], item: Item): Item[] {
  return items.some(({ id }) => id === item.id)
    ? items.map((other) => (other.id === item.id ? item : other))
    : [...items, item];
}

function untilSignedIn(session: Session, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (session.state() !== 'open' && !signal.aborted) return;
      off();
      signal.removeEventListener('abort', look);
      resolve();
    };
    const off = session.subscribe(look);
    signal.addEventListener('abort', look);
    look();
  });
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}

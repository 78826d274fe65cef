// Everything that changes, told to windows, browsers and the tray as it changes: the whole new value of a small noun,
// gathered for a moment so that a burst is one event. Asks the house what is so; keeps nothing but what it last told.

import type { Change } from '../../shared/change.ts';
import type { KeyFacts, SettingView, Status } from '../../shared/model.ts';
import type { ProjectFacts } from '../../shared/project-model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import type { RequestRow, RequestView } from '../../shared/usage-model.ts';
import type { Log } from '../lib/log.ts';

export type ChangeFeedPorts = {
  readonly status: () => Status;
  /** Facts of a key, or undefined once it is deleted. */
  readonly key: (id: string) => KeyFacts | undefined;
  /** Facts of a project, or undefined once it is deleted. */
  readonly project: (id: string) => ProjectFacts | undefined;
  /** Looked at every second: from memory, with nothing asked of the disk. */
  readonly keyStates: () => readonly Pick<KeyFacts, 'id' | 'status' | 'usable'>[];
  /** A setting as people may see it, or undefined where it is changed by calls of its own. */
  readonly setting: (name: string) => SettingView | undefined;
  readonly viewOf: (row: RequestRow) => RequestView;
  /** What runs now, from memory. */
  readonly running: () => RunningRequest[];
  readonly log: Log;
};

export type ChangeFeed = {
  /** Something about the server, the vault, the upstreams or who may come in may be different now. */
  readonly statusChanged: () => void;
  readonly certificateChanged: () => void;
  readonly keyChanged: (id: string) => void;
  readonly projectChanged: (id: string) => void;
  readonly settingsChanged: (names: readonly string[]) => void;
  /** These have ended and were written down, oldest first. */
  readonly requestsEnded: (rows: readonly RequestRow[]) => void;
  /** Begins with `ready`; ends when the signal aborts, the reader returns, or the feed is closed. */
  readonly watch: (signal?: AbortSignal) => AsyncGenerator<Change, void, void>;
  /** The same for the tray, without waiting in line. */
  readonly listen: (listener: (change: Change) => void) => () => void;
  readonly close: () => void;
};

/** How long changes gather before they are told. */
const gatherMs = 50;
/** How often is looked at what changes without anybody saying so: requests running, keys that expire, a new address. */
const lookMs = 1_000;
const beatMs = 10_000;
const mostRequests = 200;
/** A reader that is this far behind is told to ask anew instead. */
const mostWaiting = 1_000;

export function createChangeFeed(ports: ChangeFeedPorts): ChangeFeed {
  const listeners = new Set<(change: Change) => void>();
  const closers = new Set<() => void>();
  const dirty = {
    status: false,
    keys: new Set<string>(),
    projects: new Set<string>(),
    settings: new Set<string>(),
    rows: [] as RequestRow[],
  };
  let gathering: NodeJS.Timeout | undefined;
  let looking: NodeJS.Timeout | undefined;
  let beatAt = 0;
  let toldStatus = '';
  let toldRunning = '[]';
  let keyStates = new Map<string, string>();

  function tell(change: Change): void {
    for (const listener of [...listeners]) {
      try {
        listener(change);
      } catch (error) {
        ports.log.error('a listener to changes failed', { error });
      }
    }
  }

  function touch(): void {
    if (listeners.size > 0) gathering ??= setTimeout(flush, gatherMs).unref();
  }

  function flush(): void {
    gathering = undefined;
    const { status, keys, projects, settings, rows } = taken();
    try {
      if (rows.length > 0) tell({ type: 'requests', requests: rows.map(ports.viewOf) });
      for (const id of projects) tellProject(id);
      for (const id of keys) tellKey(id);
      for (const name of settings) {
        const setting = ports.setting(name);
        if (setting) tell({ type: 'setting', setting });
      }
      tellRunning();
      if (status) tellStatus();
    } catch (error) {
      // The database may be closing under it; whoever still listens asks anew when the stream begins again.
      ports.log.error('a change could not be told', { error });
    }
  }

  function taken() {
    const all = {
      status: dirty.status,
      keys: [...dirty.keys],
      projects: [...dirty.projects],
      settings: [...dirty.settings],
      rows: dirty.rows.slice(-mostRequests),
    };
    forget();
    return all;
  }

  function forget(): void {
    dirty.status = false;
    dirty.keys.clear();
    dirty.projects.clear();
    dirty.settings.clear();
    dirty.rows.length = 0;
  }

  function tellKey(id: string): void {
    const key = ports.key(id);
    tell(key ? { type: 'key', key } : { type: 'key_deleted', id });
  }

  function tellProject(id: string): void {
    const project = ports.project(id);
    tell(project ? { type: 'project', project } : { type: 'project_deleted', id });
  }

  function tellStatus(): void {
    const status = ports.status();
    const text = JSON.stringify(status);
    if (text === toldStatus) return;
    toldStatus = text;
    tell({ type: 'status', status });
  }

  function tellRunning(): void {
    const running = ports.running();
    const text = JSON.stringify(running);
    if (text === toldRunning) return;
    toldRunning = text;
    tell({ type: 'running', running });
  }

  function look(): void {
    try {
      const states = new Map(ports.keyStates().map(({ id, status, usable }) => [id, `${status} ${usable}`]));
      for (const [id, state] of states) if ((keyStates.get(id) ?? state) !== state) dirty.keys.add(id);
      keyStates = states;
    } catch (error) {
      ports.log.error('keys could not be looked at', { error });
    }
    dirty.status = true;
    touch();
    const now = performance.now();
    if (now - beatAt < beatMs) return;
    beatAt = now;
    tell({ type: 'beat' });
  }

  function listen(listener: (change: Change) => void): () => void {
    listeners.add(listener);
    looking ??= setInterval(look, lookMs).unref();
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(looking);
      looking = undefined;
      clearTimeout(gathering);
      gathering = undefined;
      toldStatus = '';
      toldRunning = '[]';
      keyStates = new Map();
      forget();
    };
  }

  async function* watch(signal?: AbortSignal): AsyncGenerator<Change, void, void> {
    const waiting: Change[] = [{ type: 'ready' }];
    let wake: (() => void) | undefined;
    let over = signal?.aborted ?? false;
    const end = () => {
      over = true;
      wake?.();
    };
    const off = listen((change) => {
      if (waiting.length >= mostWaiting) waiting.splice(0, waiting.length, { type: 'ready' });
      else waiting.push(change);
      wake?.();
    });
    closers.add(end);
    signal?.addEventListener('abort', end, { once: true });
    try {
      while (!over) {
        const next = waiting.shift();
        if (next) yield next;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      off();
      closers.delete(end);
      signal?.removeEventListener('abort', end);
    }
  }

  return {
    statusChanged() {
      dirty.status = listeners.size > 0;
      touch();
    },
    certificateChanged: () => tell({ type: 'certificate' }),
    keyChanged(id) {
      if (listeners.size > 0) dirty.keys.add(id);
      dirty.status = listeners.size > 0;
      touch();
    },
    projectChanged(id) {
      if (listeners.size > 0) dirty.projects.add(id);
      touch();
    },
    settingsChanged(names) {
      if (listeners.size > 0) for (const name of names) dirty.settings.add(name);
      dirty.status = listeners.size > 0;
      touch();
    },
    requestsEnded(rows) {
      if (listeners.size === 0) return;
      for (const row of rows) {
        dirty.rows.push(row);
        if (row.keyId !== null) dirty.keys.add(row.keyId);
        // What it used of its project's budgets. Of one that was deleted there is nothing to say.
        if (row.project !== null && ports.project(row.project)) dirty.projects.add(row.project);
      }
      if (dirty.rows.length > mostRequests) dirty.rows.splice(0, dirty.rows.length - mostRequests);
      dirty.status = true;
      touch();
    },
    watch,
    listen,
    close() {
      for (const end of [...closers]) end();
    },
  };
}

// The part of composing that joins projects, the history and what owners are reminded of. Used by compose.ts alone.

import { type JoinedAudit, joinAudit } from './compose-audit.ts';
import type { Ledger } from './compose-ledger.ts';
import { createHistory, type History } from './core/history.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import { createOldSecrets } from './core/old-secrets.ts';
import { createProjects, type KeptProject, type ProjectPorts, type Projects } from './core/projects.ts';
import { createReminders, type Reminders } from './core/reminders.ts';
import { type GivenUpstream, liveUpstream } from './core/upstreams.ts';
import { modelId } from './echo/echo-answer.ts';
import type { GatewayPorts, GatewayProject } from './gateway/ports.ts';
import type { Acting } from './lib/acting.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';

export type JoinedProjects = {
  readonly projects: Projects;
  readonly history: History;
  readonly audit: JoinedAudit['calls'];
  readonly reminders: Reminders;
  readonly gateway: Pick<GatewayPorts, 'projects' | 'oldSecretUsed'>;
  /** Resolves once the echo model is there, if a project wants it. */
  readonly echoWanted: () => Promise<void>;
};

export function joinProjects(options: {
  readonly ledger: Pick<Ledger, 'keyTable' | 'projectTable' | 'historyTable'>;
  readonly vault: Parameters<typeof joinAudit>[0]['vault'];
  readonly registry: () => KeyRegistry;
  readonly settings: SettingsBook;
  readonly acting: Acting;
  readonly upstreamId: (ref: string) => string;
  readonly makeId: () => string;
  readonly budgets: ProjectPorts['budgets'];
  readonly openEcho: () => Promise<GivenUpstream>;
  readonly onProjectChange: (projectId: string, keyIds: readonly string[]) => void;
  readonly onKeyChange: (keyId: string) => void;
  readonly lifetime: Lifetime;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedProjects {
  const { ledger, registry, settings, acting, clock, log } = options;
  const audit = joinAudit({ ...options, record: (note) => history.record(note) });
  const history = createHistory({ store: audit.store, settings: settings.get, acting, clock, log });
  options.lifetime.own('history', settings.onChange(history.settingsChanged));

  const keysOf = (projectId: string) =>
    registry()
      .all()
      .filter((key) => key.projectId === projectId)
      .map(({ id }) => id);
  const gatewayProjects = new WeakMap<KeptProject, GatewayProject>();
  const projects = createProjects({
    store: ledger.projectTable,
    keysOf,
    upstreamId: options.upstreamId,
    budgets: options.budgets,
    makeId: options.makeId,
    clock,
    record: history.record,
    onChange: (projectId) => options.onProjectChange(projectId, keysOf(projectId)),
  });
  const echo = echoWhenWanted(() => projects.list().some((project) => project.echo), options.openEcho);

  const oldSecrets = createOldSecrets({
    write: ledger.keyTable.recordOldSecretUse,
    onWritten: options.onKeyChange,
    onFailure: (error) => log.warn('the last use of an old secret could not be noted', { error }),
  });
  options.lifetime.own('old secrets', oldSecrets.flush);

  function gatewayProject(id: string): GatewayProject | undefined {
    const project = projects.find(id);
    if (!project) return undefined;
    const known = gatewayProjects.get(project) ?? gatewayProjectOf(project);
    gatewayProjects.set(project, known);
    return known;
  }

  return {
    projects,
    history,
    audit: audit.calls,
    reminders: createReminders({ keys: () => registry().all(), recordOnce: history.recordOnce, clock }),
    gateway: {
      projects: { get: gatewayProject, echo: echo.current },
      oldSecretUsed: oldSecrets.used,
    },
    echoWanted: echo.ready,
  };
}

function gatewayProjectOf(project: KeptProject): GatewayProject {
  const { id, name, archivedAt, readable, models, aliases, upstreamId, echo, budgets, topUps } = project;
  const closed = archivedAt !== null || !readable;
  const names = new Map(Object.entries(aliases));
  return { id, name, closed, models, aliases: names, upstreamId, echo, budgets, topUps };
}

// Not opened before a project asks for it, and then once.
function echoWhenWanted(isWanted: () => boolean, open: () => Promise<GivenUpstream>) {
  let opening: Promise<void> | undefined;
  let current: ReturnType<GatewayPorts['projects']['echo']>;
  return {
    current: () => current,
    ready(): Promise<void> {
      if (!isWanted()) return Promise.resolve();
      opening ??= open().then((given) => {
        current = liveUpstream(given, given.credential, {
          health: 'up',
          models: new Set([modelId]),
          parallel: null,
        });
      });
      return opening;
    },
  };
}

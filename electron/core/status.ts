// The present state of everything, put together for the command line and the window.

import type { CaptureMark } from '../../shared/capture-model.ts';
import type { Reachable, Reminder, Status, UpstreamStatus, VaultKind } from '../../shared/model.ts';
import type { Exposure } from '../../shared/network-model.ts';
import type { Settings } from '../../shared/settings.ts';
import { accessSentence, isOnLan } from './access-sentence.ts';
import { budgetWarnings, type ProjectBudgets } from './budget-warnings.ts';
import type { KeyRegistry } from './key-registry.ts';
import type { ServerControl } from './server-control.ts';

export type StatusPorts = {
  readonly version: string;
  readonly shell: Status['shell'];
  readonly dataDir: string;
  readonly server: ServerControl;
  readonly reachable: () => readonly Reachable[];
  readonly dashboard: {
    readonly url: () => string | null;
    readonly secureUrl: () => string | null;
    readonly problem: () => string | null;
  };
  readonly vaultKind: () => VaultKind;
  readonly keys: KeyRegistry;
  /** Projects in use that have budgets. */
  readonly projectBudgets: () => readonly ProjectBudgets[];
  readonly settings: () => Settings;
  /** Ways in without a key that let somebody in now. */
  readonly waysOpen: () => number;
  readonly settingsProblems: () => readonly string[];
  readonly upstreams: () => UpstreamStatus[];
  readonly requestsToday: () => number;
  readonly capture: () => CaptureMark;
  readonly exposures: () => Exposure[];
  readonly reminders: () => Reminder[];
  /** Why connections are not encrypted although they should be, as a sentence. */
  readonly tlsProblem: () => string | null;
  /** What became of a damaged database; null when it was whole. */
  readonly storageProblem: string | null;
};

export function statusNow(ports: StatusPorts): Status {
  const settings = ports.settings();
  const locked = ports.keys.locked();
  const keys = ports.keys.all();
  const problems = [ports.tlsProblem(), ports.dashboard.problem()].filter((problem) => problem !== null);
  const active = ports.keys.states().filter(({ status, usable }) => status === 'active' && usable);
  const onLan = isOnLan(settings['server.hosts']);
  return {
    version: ports.version,
    pid: process.pid,
    shell: ports.shell,
    dataDir: ports.dataDir,
    server: { ...ports.server.state(), reachable: [...ports.reachable()] },
    dashboard: { url: ports.dashboard.url(), secureUrl: ports.dashboard.secureUrl() },
    vault: { kind: ports.vaultKind(), state: locked ? 'locked' : 'open', reason: locked?.reason ?? null },
    access: {
      requireKey: settings['access.requireKey'],
      localhostBypass: settings['access.localhostBypass'],
      onLan,
      ways: ports.waysOpen(),
      sentence: accessSentence(settings, ports.waysOpen()),
    },
    keys: {
      active: active.length,
      total: keys.length,
    },
    capture: ports.capture(),
    exposures: ports.exposures(),
    upstreams: ports.upstreams(),
    requestsToday: ports.requestsToday(),
    reminders: ports.reminders(),
    warnings: [
      ...(ports.storageProblem === null ? [] : [ports.storageProblem]),
      ...ports.settingsProblems(),
      ...problems,
      ...budgetWarnings(keys, ports.keys.budgets, ports.projectBudgets()),
      ...(onLan && !settings['access.requireKey'] ? ['Keys are off while other machines can reach this server.'] : []),
    ],
  };
}

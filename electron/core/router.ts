// Every call of the contract, one line each: reads like a table of contents of what Keyhatch can do. Transports decide
// who may call; errors leave here as KeyhatchError.

import { implement } from '@orpc/server';
import type { Change } from '../../shared/change.ts';
import { contract } from '../../shared/contract.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { LimitStates } from '../../shared/limit-model.ts';
import type {
  DesktopFacts,
  DetectedServer,
  Finding,
  LockedAddress,
  PortCheck,
  ProfileFacts,
  SignInLink,
  Status,
} from '../../shared/model.ts';
import type { RunningRequest } from '../../shared/running-model.ts';
import type { PemPair, TlsView } from '../../shared/tls-model.ts';
import type { Acting, CallContext } from '../lib/acting.ts';
import type { Backup } from './backup.ts';
import type { Capture } from './capture.ts';
import type { ExportCalls } from './export-calls.ts';
import type { History } from './history.ts';
import type { KeyTransfer } from './key-import.ts';
import type { Keys } from './keys.ts';
import { checkPermission } from './permissions.ts';
import type { PolicyTest } from './policy-test.ts';
import type { Projects } from './projects.ts';
import type { Replay } from './replay.ts';
import type { RequestCalls } from './request-calls.ts';
import type { ServerControl } from './server-control.ts';
import type { SettingsCalls } from './settings-calls.ts';
import type { Upstreams } from './upstreams.ts';
import type { UsageCalls } from './usage-calls.ts';

/** What only the desktop app can do; elsewhere each of these fails with `desktop_only`. */
export type DesktopCalls = {
  readonly facts: () => DesktopFacts | Promise<DesktopFacts>;
  readonly copySecret: (text: string) => Promise<{ readonly clearsAfterMs: number | null }>;
  readonly installCommandLine: () => Promise<DesktopFacts>;
  readonly checkForUpdates: () => Promise<DesktopFacts>;
  readonly restartToUpdate: () => Promise<DesktopFacts>;
};

/** Addresses that are put off for wrong keys. */
export type LockoutCalls = {
  readonly list: () => LockedAddress[];
  readonly unlock: (address: string) => boolean;
};

/** The certificate, and what may be done with it. Each throws what the contract says. */
export type TlsCalls = {
  readonly get: () => TlsView;
  readonly usePem: (pair: PemPair) => Promise<TlsView>;
  readonly useOwn: () => Promise<TlsView>;
  readonly renew: () => Promise<TlsView>;
  readonly newAuthority: () => Promise<TlsView>;
};

export type RouterPorts = {
  readonly status: () => Status;
  readonly watch: (signal?: AbortSignal) => AsyncGenerator<Change, void, void>;
  readonly server: ServerControl;
  readonly setLan: (on: boolean) => Promise<void>;
  readonly checkPort: (port: number) => Promise<PortCheck>;
  readonly keys: Keys;
  readonly limits: (ref: string) => LimitStates;
  readonly projects: Projects;
  /** Resolves once the echo model is there, if a project wants it. */
  readonly echoWanted: () => Promise<void>;
  readonly history: Pick<History, 'list' | 'record'>;
  readonly acting: Acting;
  readonly nowMs: () => number;
  readonly keyTransfer: KeyTransfer;
  readonly backup: Backup;
  readonly policyTest: PolicyTest;
  readonly upstreams: Upstreams;
  readonly settings: SettingsCalls;
  readonly usage: UsageCalls;
  readonly exports: ExportCalls;
  readonly requests: RequestCalls;
  readonly running: () => RunningRequest[];
  readonly capture: Capture;
  readonly replay: Replay;
  readonly lockout: LockoutCalls;
  readonly detect: () => Promise<DetectedServer[]>;
  readonly examine: () => Promise<Finding[]>;
  readonly tls: TlsCalls;
  readonly profile: () => Promise<ProfileFacts>;
  readonly dashboardLink: () => SignInLink;
  readonly desktop: DesktopCalls;
};

export function createRouter(ports: RouterPorts) {
  const { status, server, keys, projects, upstreams, settings, usage, exports, requests, capture, desktop } = ports;
  const calls = implement(contract)
    .$context<CallContext>()
    .use(({ context, procedure, next }) => {
      checkPermission(procedure['~orpc'].meta, context.caller, ports.nowMs());
      return context.actor ? ports.acting.as(context.actor, () => next()) : next();
    });
  const afterEcho = <Answer>(answer: Answer) => ports.echoWanted().then(() => answer);
  return calls.router({
    status: {
      get: calls.status.get.handler(() => status()),
    },
    changes: {
      watch: calls.changes.watch.handler(({ signal }) => ports.watch(signal)),
    },
    server: {
      start: calls.server.start.handler(() => server.start().then(status)),
      stop: calls.server.stop.handler(() => server.stop().then(status)),
      setLan: calls.server.setLan.handler(({ input }) => ports.setLan(input.on).then(status)),
      checkPort: calls.server.checkPort.handler(({ input }) => ports.checkPort(input.port)),
    },
    keys: {
      create: calls.keys.create.handler(({ input }) => keys.create(input)),
      list: calls.keys.list.handler(() => keys.list()),
      get: calls.keys.get.handler(({ input }) => keys.get(input.ref)),
      edit: calls.keys.edit.handler(({ input }) => keys.edit(input)),
      pause: calls.keys.pause.handler(({ input }) => keys.setPaused(input.ref, true)),
      resume: calls.keys.resume.handler(({ input }) => keys.setPaused(input.ref, false)),
      revoke: calls.keys.revoke.handler(({ input }) => keys.revoke(input.ref)),
      delete: calls.keys.delete.handler(({ input }) => keys.delete(input.ref)),
      topUp: calls.keys.topUp.handler(({ input }) => keys.topUp(input.ref, input.add)),
      rotate: calls.keys.rotate.handler(({ input }) => keys.rotate(input.ref, input.graceMs)),
      resetCounters: calls.keys.resetCounters.handler(({ input }) => keys.resetCounters(input.ref)),
      endOldSecret: calls.keys.endOldSecret.handler(({ input }) => keys.endOldSecret(input.ref)),
      import: calls.keys.import.handler(({ input }) => ports.keyTransfer.import(input)),
      export: calls.keys.export.handler(() => ports.keyTransfer.export()),
      acceptWeak: calls.keys.acceptWeak.handler(({ input }) => keys.acceptWeak(input.ref)),
    },
    projects: {
      create: calls.projects.create.handler(({ input }) => afterEcho(projects.create(input))),
      list: calls.projects.list.handler(() => projects.list()),
      get: calls.projects.get.handler(({ input }) => projects.get(input.ref)),
      edit: calls.projects.edit.handler(({ input }) => afterEcho(projects.edit(input))),
      archive: calls.projects.archive.handler(({ input }) => projects.setArchived(input.ref, true)),
      unarchive: calls.projects.unarchive.handler(({ input }) => projects.setArchived(input.ref, false)),
      delete: calls.projects.delete.handler(({ input }) => projects.delete(input.ref)),
      topUp: calls.projects.topUp.handler(({ input }) => projects.topUp(input.ref, input.add)),
    },
    backup: {
      create: calls.backup.create.handler(({ input }) => ports.backup.create(input.passphrase)),
      restore: calls.backup.restore.handler(({ input }) => ports.backup.restore(input).then(afterEcho)),
    },
    history: {
      list: calls.history.list.handler(({ input }) => ports.history.list(input)),
    },
    policy: {
      test: calls.policy.test.handler(({ input }) => ports.policyTest(input)),
    },
    limits: {
      get: calls.limits.get.handler(({ input }) => ports.limits(input.ref)),
    },
    upstreams: {
      list: calls.upstreams.list.handler(() => upstreams.statuses()),
      add: calls.upstreams.add.handler(({ input }) => upstreams.add(input)),
      edit: calls.upstreams.edit.handler(({ input }) => upstreams.edit(input)),
      test: calls.upstreams.test.handler(({ input }) => upstreams.test(input.ref)),
      remove: calls.upstreams.remove.handler(({ input }) => upstreams.remove(input.ref)),
    },
    settings: {
      list: calls.settings.list.handler(() => settings.list()),
      get: calls.settings.get.handler(({ input }) => settings.get(input.name)),
      set: calls.settings.set.handler(({ input }) => settings.set(input.name, input.value, input.confirm)),
    },
    usage: {
      report: calls.usage.report.handler(({ input }) => usage.report(input.sinceMs, input.by)),
      series: calls.usage.series.handler(({ input }) => usage.series(input)),
      unmetered: calls.usage.unmetered.handler(({ input }) => requests.unmetered(input.sinceMs)),
      details: calls.usage.details.handler(({ input }) => usage.details(input)),
      lifetime: calls.usage.lifetime.handler(({ input }) => usage.lifetime(input)),
      export: calls.usage.export.handler(({ input, signal }) => exports.usage(input, signal)),
    },
    requests: {
      list: calls.requests.list.handler(({ input }) => requests.list(input)),
      get: calls.requests.get.handler(({ input }) => requests.get(input.id)),
      export: calls.requests.export.handler(({ input, signal }) => exports.requests(input, signal)),
      running: calls.requests.running.handler(() => ports.running()),
      conversation: calls.requests.conversation.handler(({ input }) => capture.conversation(input.id)),
      replay: calls.requests.replay.handler(({ input }) => ports.replay(input)),
    },
    capture: {
      list: calls.capture.list.handler(() => capture.state()),
      start: calls.capture.start.handler(({ input }) => capture.start(input.ref, input.forMs)),
      stop: calls.capture.stop.handler(({ input }) => capture.stop(input.ref)),
      wipe: calls.capture.wipe.handler(() => capture.wipe()),
    },
    lockout: {
      list: calls.lockout.list.handler(() => ports.lockout.list()),
      unlock: calls.lockout.unlock.handler(({ input }) => unlocked(ports, input.address)),
    },
    tls: {
      get: calls.tls.get.handler(() => ports.tls.get()),
      usePem: calls.tls.usePem.handler(({ input }) => ports.tls.usePem(input)),
      useOwn: calls.tls.useOwn.handler(() => ports.tls.useOwn()),
      renew: calls.tls.renew.handler(() => ports.tls.renew()),
      newAuthority: calls.tls.newAuthority.handler(() => ports.tls.newAuthority()),
    },
    profile: {
      get: calls.profile.get.handler(() => ports.profile()),
    },
    dashboard: {
      link: calls.dashboard.link.handler(() => ports.dashboardLink()),
    },
    desktop: {
      get: calls.desktop.get.handler(() => desktop.facts()),
      copySecret: calls.desktop.copySecret.handler(({ input }) => desktop.copySecret(input.text)),
      installCommandLine: calls.desktop.installCommandLine.handler(() => desktop.installCommandLine()),
      checkForUpdates: calls.desktop.checkForUpdates.handler(() => desktop.checkForUpdates()),
      restartToUpdate: calls.desktop.restartToUpdate.handler(() => desktop.restartToUpdate()),
    },
    detect: {
      run: calls.detect.run.handler(() => ports.detect()),
    },
    doctor: {
      run: calls.doctor.run.handler(() => ports.examine()),
    },
  });
}

function unlocked({ lockout, history }: Pick<RouterPorts, 'lockout' | 'history'>, address: string): LockedAddress[] {
  if (!lockout.unlock(address)) throw new KeyhatchError('address_not_locked', { details: { address } });
  history.record({ action: 'unlocked', subject: { kind: 'address', id: address, name: address } });
  return lockout.list();
}

export type Router = ReturnType<typeof createRouter>;

// Every call of the contract, one line each: reads like a table of contents of what Keyhatch can do. Transports decide
// who may call; errors leave here as KeyhatchError.

import { implement } from '@orpc/server';
import type { ApiDocument } from '../../shared/api-document.ts';
import { contract } from '../../shared/contract.ts';
import { KeyhatchError } from '../../shared/errors.ts';
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
import type { NetworkInterface } from '../../shared/network-model.ts';
import type { Caller } from '../../shared/people-model.ts';
import type { PemPair, TlsView } from '../../shared/tls-model.ts';
import type { Acting, CallContext } from '../lib/acting.ts';
import type { Audit } from './audit.ts';
import type { AuditExportCall } from './audit-export.ts';
import type { Backup } from './backup.ts';
import type { Capture } from './capture.ts';
import type { History } from './history.ts';
import type { KeyTransfer } from './key-import.ts';
import type { Me } from './me.ts';
import type { Seen } from './own-view.ts';
import type { PeopleCalls } from './people-calls.ts';
import { checkPermission, checkSetting } from './permissions.ts';
import type { PolicyTest } from './policy-test.ts';
import type { Projects } from './projects.ts';
import type { Replay } from './replay.ts';
import type { RequestCalls } from './request-calls.ts';
import type { ServerControl } from './server-control.ts';
import type { SessionList } from './session-list.ts';
import type { SettingsCalls } from './settings-calls.ts';
import type { Upstreams } from './upstreams.ts';
import type { Ways } from './ways.ts';

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
  /** What is answered by who asks. */
  readonly seenBy: (caller: Caller) => Seen;
  readonly server: ServerControl;
  readonly setLan: SettingsCalls['setLan'];
  readonly interfaces: () => NetworkInterface[];
  readonly checkPort: (port: number) => Promise<PortCheck>;
  readonly projects: Projects;
  /** Resolves once the echo model is there, if a project wants it. */
  readonly echoWanted: () => Promise<void>;
  readonly history: Pick<History, 'list' | 'record'>;
  readonly audit: Pick<Audit, 'verify' | 'beginAnew'> & { readonly export: AuditExportCall };
  readonly acting: Acting;
  readonly nowMs: () => number;
  readonly keyTransfer: KeyTransfer;
  readonly backup: Backup;
  readonly policyTest: PolicyTest;
  readonly apiDocument: () => Promise<ApiDocument>;
  readonly upstreams: Upstreams;
  readonly settings: SettingsCalls;
  readonly requests: Pick<RequestCalls, 'unmetered'>;
  readonly capture: Capture;
  readonly replay: Replay;
  readonly lockout: LockoutCalls;
  readonly ways: Ways;
  readonly detect: () => Promise<DetectedServer[]>;
  readonly examine: () => Promise<Finding[]>;
  readonly tls: TlsCalls;
  readonly profile: () => Promise<ProfileFacts>;
  readonly people: PeopleCalls;
  readonly me: Me;
  readonly sessions: SessionList;
  readonly dashboardLink: () => SignInLink;
  readonly desktop: DesktopCalls;
};

export function createRouter(ports: RouterPorts) {
  const { status, server, projects, upstreams, settings, requests, capture, desktop } = ports;
  const { people, me, sessions } = ports;
  const calls = implement(contract)
    .$context<CallContext>()
    .use(({ context, procedure, next }) => {
      const caller = checkPermission(procedure['~orpc'].meta, context.caller, ports.nowMs());
      const go = () => next({ context: { caller, seen: ports.seenBy(caller) } });
      return context.actor ? ports.acting.as(context.actor, go) : go();
    });
  const afterEcho = <Answer>(answer: Answer) => ports.echoWanted().then(() => answer);
  return calls.router({
    status: {
      get: calls.status.get.handler(({ context }) => context.seen.status()),
    },
    changes: {
      watch: calls.changes.watch.handler(({ context, signal }) => context.seen.watch(signal)),
    },
    server: {
      start: calls.server.start.handler(() => server.start().then(status)),
      stop: calls.server.stop.handler(() => server.stop().then(status)),
      setLan: calls.server.setLan.handler(({ input }) => ports.setLan(input.on, input.interfaces).then(status)),
      checkPort: calls.server.checkPort.handler(({ input }) => ports.checkPort(input.port)),
    },
    keys: {
      create: calls.keys.create.handler(({ input, context }) => context.seen.keys.create(input)),
      list: calls.keys.list.handler(({ context }) => context.seen.keys.list()),
      get: calls.keys.get.handler(({ input, context }) => context.seen.keys.get(input.ref)),
      edit: calls.keys.edit.handler(({ input, context }) => context.seen.keys.edit(input)),
      pause: calls.keys.pause.handler(({ input, context }) => context.seen.keys.setPaused(input.ref, true)),
      resume: calls.keys.resume.handler(({ input, context }) => context.seen.keys.setPaused(input.ref, false)),
      revoke: calls.keys.revoke.handler(({ input, context }) => context.seen.keys.revoke(input.ref)),
      delete: calls.keys.delete.handler(({ input, context }) => context.seen.keys.delete(input.ref)),
      topUp: calls.keys.topUp.handler(({ input, context }) => context.seen.keys.topUp(input.ref, input.add)),
      rotate: calls.keys.rotate.handler(({ input, context }) => context.seen.keys.rotate(input.ref, input.graceMs)),
      resetCounters: calls.keys.resetCounters.handler(({ input, context }) =>
        context.seen.keys.resetCounters(input.ref),
      ),
      endOldSecret: calls.keys.endOldSecret.handler(({ input, context }) => context.seen.keys.endOldSecret(input.ref)),
      import: calls.keys.import.handler(({ input }) => ports.keyTransfer.import(input)),
      export: calls.keys.export.handler(() => ports.keyTransfer.export()),
      acceptWeak: calls.keys.acceptWeak.handler(({ input, context }) => context.seen.keys.acceptWeak(input.ref)),
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
      list: calls.history.list.handler(({ input, context }) => ports.history.list(input, context.caller.role)),
    },
    audit: {
      verify: calls.audit.verify.handler(() => ports.audit.verify()),
      export: calls.audit.export.handler(({ input, signal }) => ports.audit.export(input, signal)),
      beginAnew: calls.audit.beginAnew.handler(() => ports.audit.beginAnew()),
    },
    policy: {
      test: calls.policy.test.handler(({ input }) => ports.policyTest(input)),
    },
    api: {
      document: calls.api.document.handler(() => ports.apiDocument()),
    },
    limits: {
      get: calls.limits.get.handler(({ input, context }) => context.seen.limits(input.ref)),
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
      set: calls.settings.set.handler(({ input, context }) => {
        checkSetting(input.name, context.caller, ports.nowMs());
        return settings.set(input.name, input.value, input.confirm);
      }),
    },
    usage: {
      report: calls.usage.report.handler(({ input, context }) =>
        context.seen.usage.report(input.sinceMs, input.by, { personId: input.personId }),
      ),
      series: calls.usage.series.handler(({ input, context }) => context.seen.usage.series(input)),
      unmetered: calls.usage.unmetered.handler(({ input }) => requests.unmetered(input.sinceMs)),
      details: calls.usage.details.handler(({ input, context }) => context.seen.usage.details(input)),
      lifetime: calls.usage.lifetime.handler(({ input, context }) => context.seen.usage.lifetime(input)),
      export: calls.usage.export.handler(({ input, context, signal }) => context.seen.exports.usage(input, signal)),
    },
    requests: {
      list: calls.requests.list.handler(({ input, context }) => context.seen.requests.list(input)),
      get: calls.requests.get.handler(({ input, context }) => context.seen.requests.get(input.id)),
      export: calls.requests.export.handler(({ input, context, signal }) =>
        context.seen.exports.requests(input, signal),
      ),
      running: calls.requests.running.handler(({ context }) => context.seen.running()),
      conversation: calls.requests.conversation.handler(({ input }) => capture.conversation(input.id)),
      replay: calls.requests.replay.handler(({ input }) => ports.replay(input)),
    },
    capture: {
      list: calls.capture.list.handler(() => capture.state()),
      start: calls.capture.start.handler(({ input }) => capture.start(input.ref, input.forMs)),
      stop: calls.capture.stop.handler(({ input }) => capture.stop(input.ref)),
      wipe: calls.capture.wipe.handler(() => capture.wipe()),
    },
    network: {
      interfaces: calls.network.interfaces.handler(() => ports.interfaces()),
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
    ways: {
      list: calls.ways.list.handler(() => ports.ways.list()),
      addRule: calls.ways.addRule.handler(({ input }) => ports.ways.addRule(input)),
      setPort: calls.ways.setPort.handler(({ input }) => ports.ways.setPort(input)),
      addPath: calls.ways.addPath.handler(({ input }) => ports.ways.addPath(input)),
      close: calls.ways.close.handler(({ input }) => ports.ways.close(input.id)),
    },
    profile: {
      get: calls.profile.get.handler(() => ports.profile()),
    },
    people: {
      list: calls.people.list.handler(() => people.list()),
      get: calls.people.get.handler(({ input }) => people.get(input.ref)),
      edit: calls.people.edit.handler(({ input, context }) => people.edit(input, context.caller)),
      remove: calls.people.remove.handler(({ input }) => people.remove(input.ref)),
      invite: calls.people.invite.handler(({ input, context }) => people.invite(input, context.caller)),
      invites: calls.people.invites.handler(() => people.invites()),
      cancelInvite: calls.people.cancelInvite.handler(({ input, context }) =>
        people.cancelInvite(input.id, context.caller),
      ),
      resetPassword: calls.people.resetPassword.handler(({ input, context }) =>
        people.resetPassword(input.ref, context.caller),
      ),
    },
    me: {
      get: calls.me.get.handler(({ context }) => me.get(context.caller)),
      rename: calls.me.rename.handler(({ input, context }) => me.rename(context.caller, input.name)),
      setPassword: calls.me.setPassword.handler(({ input, context }) => me.setPassword(context.caller, input)),
      beginTotp: calls.me.beginTotp.handler(({ context }) => me.beginTotp(context.caller)),
      confirmTotp: calls.me.confirmTotp.handler(({ input, context }) => me.confirmTotp(context.caller, input.code)),
      removeTotp: calls.me.removeTotp.handler(({ context }) => me.removeTotp(context.caller)),
      newRecoveryCodes: calls.me.newRecoveryCodes.handler(({ context }) => me.newRecoveryCodes(context.caller)),
    },
    sessions: {
      list: calls.sessions.list.handler(({ context }) => sessions.list(context.caller)),
      end: calls.sessions.end.handler(({ input, context }) => sessions.end(context.caller, input.id)),
      endOthers: calls.sessions.endOthers.handler(({ context }) => sessions.endOthers(context.caller)),
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

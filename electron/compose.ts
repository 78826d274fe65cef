// The only file that joins rooms: builds every object of one profile, once, from what a Shell supplies, and hands each
// room what it asked for. Knows neither Electron nor the command line.

import { randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { makeId } from '../shared/key-format.ts';
import { joinApi } from './compose-api.ts';
import { joinCapture } from './compose-capture.ts';
import { joinDashboard } from './compose-dashboard.ts';
import { joinKeys } from './compose-keys.ts';
import { openLedger } from './compose-ledger.ts';
import { joinLimits } from './compose-limits.ts';
import { joinMetrics } from './compose-metrics.ts';
import { joinPeople } from './compose-people.ts';
import { joinPolicy } from './compose-policy.ts';
import { joinProjects } from './compose-projects.ts';
import { joinServer } from './compose-server.ts';
import { joinStatus } from './compose-status.ts';
import { joinTls } from './compose-tls.ts';
import { joinTransfer, putRestoredSettings } from './compose-transfer.ts';
import { joinUpstreams } from './compose-upstreams.ts';
import { joinChanges, joinUsage } from './compose-usage.ts';
import { joinVault } from './compose-vault.ts';
import { joinWays } from './compose-ways.ts';
import { startControlServer } from './control/control-server.ts';
import { startHousekeeping } from './core/housekeeping.ts';
import { resolveKey } from './core/key-registry.ts';
import { noDesktop } from './core/no-desktop.ts';
import { createReplay } from './core/replay.ts';
import { createRouter } from './core/router.ts';
import { createSettingsCalls } from './core/settings-calls.ts';
import { createActing } from './lib/acting.ts';
import { systemClock } from './lib/clock.ts';
import { createLifetime } from './lib/lifetime.ts';
import { openSettings } from './settings/settings-book.ts';
import type { House, Shell } from './shell.ts';
import { acquireProfileLock } from './storage/profile-lock.ts';
import { guardedLookup } from './upstream/guarded-lookup.ts';

const drainMs = 15_000;

/**
 * Takes hold of a profile and builds everything that works on it.
 * @throws KeyhatchError `profile_in_use`, `profile_from_future`, `profile_damaged`, `upstream_address_refused`
 */
export async function compose(shell: Shell): Promise<House> {
  const { log, dataDir } = shell;
  const clock = shell.clock ?? systemClock;
  const lifetime = createLifetime({ log, partDeadlineMs: drainMs + 5_000 });
  try {
    return await build();
  } catch (error) {
    await lifetime.close();
    throw error;
  }

  async function build(): Promise<House> {
    const lock = acquireProfileLock({ dataDir, shell: shell.name });
    lifetime.own('profile lock', lock.release);

    const openStore = () => shell.openSettingsStore(dataDir);
    const settings = openSettings({ file: join(dataDir, 'settings.json'), openStore, flags: shell.flags, log });
    const ground = { settings: settings.get, lifetime, clock, log };
    const ledger = openLedger({ shell, lifetime, clock, onWritten: (rows) => changes.requestsEnded(rows) });
    const { recorder } = ledger;
    putRestoredSettings(ledger.meta, settings);
    const joinedVault = joinVault({ ...ground, shell, ledger });
    const { vault, vaultDoor } = joinedVault;
    const acting = createActing();
    const newId = () => makeId((bytes) => randomFillSync(bytes));
    const onKeyChange = (keyId: string) => {
      gateway.keyChanged(keyId);
      ways.keyChanged(keyId);
      changes.keyChanged(keyId);
    };
    // Comes into being further down; these ask for it only once there is traffic.
    const later = () => gateway;
    const { projects, history, audit, reminders, ...ofProjects } = joinProjects({
      ...ground,
      settings,
      ledger,
      vault: joinedVault,
      registry: () => registry,
      acting,
      upstreamId: (ref) => upstreams.idOf(ref),
      makeId: newId,
      budgets: (projectId) => limits.projectBudgets(projectId),
      openEcho: () => echo(),
      onProjectChange(projectId, keyIds) {
        limits.projectChanged(projectId);
        changes.projectChanged(projectId);
        for (const keyId of keyIds) onKeyChange(keyId);
      },
      onKeyChange: (keyId) => changes.keyChanged(keyId),
    });
    const noted = { ...ground, record: history.record };
    const ofPeople = joinPeople({
      ...{ ...noted, shell, ledger, settings, acting, onKeyChange, secrets: vault.secrets, makeId: newId },
      registry: () => registry,
      keys: () => keys,
      dashboard: () => dashboard,
    });
    const { registry, keys } = joinKeys({
      ...{ ...noted, ledger, projects, acting, onKeyChange, vault: vaultDoor, people: ofPeople.people },
      budgets: (key) => limits.budgets(key.id),
      onProjectChange: (projectId) => changes.projectChanged(projectId),
    });
    const { ways, auth, gate, vaultOpened } = joinWays({
      ...noted,
      ...{ shell, settings, ledger, registry, vault, vaultDoor, people: ofPeople, gateway: later },
      dashboard: () => dashboard,
      onChange: () => changes.statusChanged(),
    });
    const { people } = ofPeople;
    const limits = joinLimits({ ...ground, ...ofProjects.gateway, ledger, registry, people, gateway: later });
    const { health, upstreams, discovery, echo } = await joinUpstreams({
      ...{ ...noted, shell, settings, secrets: vault.secrets, gateway: later, makeId: newId },
      onChange: () => changes.statusChanged(),
    });
    const capture = joinCapture({
      ...{ ...noted, table: ledger.captured, secrets: vault.secrets },
      findKey: (ref) => resolveKey(registry, ref),
      keyName: (id) => registry.get(id)?.name,
      vaultLocked: vaultDoor.locked,
      onChange: () => changes.statusChanged(),
    });
    const metrics = joinMetrics({
      ...ground,
      ...ofProjects.gateway,
      shell,
      registry,
      recorder,
      upstreams,
      load: later,
    });
    const tls = joinTls({
      ...{ ...noted, settings, meta: ledger.meta, secrets: vault.secrets, interfaces: shell.interfaces },
      gateway: later,
      dashboard: () => dashboard,
      onChange() {
        changes.statusChanged();
        changes.certificateChanged();
      },
    });
    const { gateway, server, network } = joinServer({
      shell,
      history,
      ...ground,
      ...{ tls: tls.gateway, encrypted: tls.encrypted, acting },
      ...ofProjects.gateway,
      ...limits.ports,
      settings,
      records: upstreams.records,
      version: shell.version,
      instanceId: randomBytes(12).toString('hex'),
      ...gate,
      upstreams: { list: upstreams.live, fallback: upstreams.fallback },
      responses: recorder.responses,
      usage: metrics.usage,
      capture,
      upstreamFailed: health.noteFailure,
      lookup: guardedLookup,
      onChange: tls.serverChanged,
      dashboard: () => dashboard,
      drainMs,
    });

    const vaultTried = joinedVault.open(() => {
      changes.statusChanged();
      capture.vaultOpened();
      void tls.look();
      void vaultOpened();
      void upstreams.loadCredentials().then(() => health.refresh());
    });

    const dashboard = joinDashboard({
      settings,
      router: () => router,
      pagesDir: shell.pagesDir,
      interfaces: network.read,
      metrics: metrics.source,
      ...{ auth, people: ofPeople.door, encryption: tls.dashboard },
      api: () => api.source,
      onChange: () => changes.statusChanged(),
      ...{ lifetime, acting, clock, log },
    });
    const { status, examine } = joinStatus({
      ...{ shell, ledger, audit, settings, upstreams, server, dashboard },
      reachable: network.reachable,
      exposure: network.exposure,
      tlsProblem: tls.problem,
      vaultKind: vault.kind,
      keys: registry,
      waysOpen: ways.open,
      projectBudgets: projects.inBudget,
      capture: capture.mark,
      reminders: reminders.now,
    });

    const settingsCalls = createSettingsCalls({
      ...settings,
      ...{ interfaces: network.read, names: network.names },
      moveListener: server.move,
      followDashboard: dashboard.follow,
      checkDashboard: dashboard.check,
    });
    const asked = joinUsage({
      ...{ ledger, settings, clock },
      projectName: projects.nameOf,
      upstreamName: (id) => upstreams.records().find((record) => record.id === id)?.name,
    });
    const changes = joinChanges({
      ...{ lifetime, settings, log, status, registry },
      project: projects.factsOf,
      setting: (name) => settingsCalls.list().find((setting) => setting.name === name),
      viewOf: asked.requests.viewOf,
      running: gateway.runningList,
    });

    const policy = joinPolicy({ ...ground, ...ofProjects.gateway, ledger, registry, upstreams, gateway });
    const api = joinApi({ ...noted, shell, router: () => router, admins: policy.control, acting });
    const router = createRouter({
      status,
      seenBy: ofPeople.seenBy({
        ...{ status, watch: changes.watch, keys, limits: limits.of, running: gateway.runningList },
        ...asked,
      }),
      server,
      setLan: settingsCalls.setLan,
      interfaces: network.interfaces,
      checkPort: network.checkPort,
      policyTest: policy.test,
      apiDocument: api.document,
      projects,
      history,
      audit,
      acting,
      nowMs: clock.now,
      ...joinTransfer({
        ...noted,
        ledger,
        vault: joinedVault,
        registry,
        keys,
        ...{ projects, people, interfaces: network.read },
        settings,
        onRestored(keyIds, projectIds) {
          for (const projectId of projectIds) changes.projectChanged(projectId);
          for (const keyId of keyIds) onKeyChange(keyId);
        },
      }),
      // At rest nothing listens, the echo model neither.
      echoWanted: shell.name === 'at-rest' ? async () => {} : ofProjects.echoWanted,
      upstreams,
      settings: settingsCalls,
      ...asked,
      capture,
      replay: createReplay({ request: asked.requests.get, conversation: capture.conversation, send: gateway.replay }),
      lockout: gateway.lockout,
      tls: tls.calls,
      ways,
      profile: ledger.profile,
      ...ofPeople.calls,
      dashboardLink: dashboard.link,
      desktop: shell.desktop ?? noDesktop,
      detect: discovery.detect,
      examine,
    });

    async function start(): Promise<void> {
      const control = await startControlServer({ dataDir, router, log, ...policy.control });
      lifetime.own('control socket', control.close);
      await ofProjects.echoWanted();
      health.start();
      tls.start();
      network.start();
      const chores = { prune: ledger.prune, pruneCaptured: capture.prune, onPruned: reminders.notePruned };
      lifetime.own('housekeeping', startHousekeeping({ ...ground, ...chores, ...vaultDoor, remind: reminders.note }));
      await joinedVault.looked();
      // The gateway has the first choice of ports; and where it fails, the dashboard is how that is mended.
      if (settings.get()['server.autoStart']) await server.start().finally(dashboard.start);
      else await dashboard.start();
    }

    return {
      router,
      settings: settings.get,
      changes,
      status,
      keys,
      vaultTried,
      adoptServers: discovery.adopt,
      dashboardLink: dashboard.link,
      start,
      rebind: server.rebind,
      stop: lifetime.close,
    };
  }
}

// The only file that joins rooms: builds every object of one profile, once, from what a Shell supplies, and hands each
// room what it asked for. Knows neither Electron nor the command line.

import { randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { makeId } from '../shared/key-format.ts';
import { joinCapture } from './compose-capture.ts';
import { joinDashboard } from './compose-dashboard.ts';
import { joinKeys } from './compose-keys.ts';
import { openLedger } from './compose-ledger.ts';
import { joinLimits } from './compose-limits.ts';
import { joinMetrics } from './compose-metrics.ts';
import { joinPolicy } from './compose-policy.ts';
import { joinProjects } from './compose-projects.ts';
import { joinServer } from './compose-server.ts';
import { joinStatus } from './compose-status.ts';
import { joinTls } from './compose-tls.ts';
import { joinTransfer, putRestoredSettings } from './compose-transfer.ts';
import { joinUpstreams } from './compose-upstreams.ts';
import { joinUsage } from './compose-usage.ts';
import { joinVault } from './compose-vault.ts';
import { startControlServer } from './control/control-server.ts';
import { createChangeFeed } from './core/change-feed.ts';
import { startHousekeeping } from './core/housekeeping.ts';
import { resolveKey } from './core/key-registry.ts';
import { noDesktop } from './core/no-desktop.ts';
import { createReplay } from './core/replay.ts';
import { createRouter } from './core/router.ts';
import { createSettingsCalls } from './core/settings-calls.ts';
import { createActing } from './lib/acting.ts';
import { systemClock } from './lib/clock.ts';
import { createLifetime } from './lib/lifetime.ts';
import { checkPort } from './lib/port-check.ts';
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
      changes.keyChanged(keyId);
    };
    // Comes into being further down; these ask for it only once there is traffic.
    const later = () => gateway;
    const { projects, history, reminders, ...ofProjects } = joinProjects({
      ...ground,
      settings,
      ledger,
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
    const { registry, keys } = joinKeys({
      ...noted,
      ledger,
      vault: vaultDoor,
      projects,
      budgets: (key) => limits.budgets(key.id),
      acting,
      onKeyChange,
      onProjectChange: (projectId) => changes.projectChanged(projectId),
    });
    const limits = joinLimits({ ...ground, ...ofProjects.gateway, ledger, registry, gateway: later });
    const { health, upstreams, discovery, echo } = await joinUpstreams({
      ...noted,
      shell,
      settings,
      secrets: vault.secrets,
      gateway: later,
      makeId: newId,
      onChange: () => changes.statusChanged(),
    });
    const capture = joinCapture({
      ...noted,
      table: ledger.captured,
      secrets: vault.secrets,
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
      ...noted,
      settings,
      meta: ledger.meta,
      secrets: vault.secrets,
      listening: () => gateway.addresses(),
      dashboard: () => dashboard,
      onChange: () => changes.statusChanged(),
    });
    const { gateway, server } = joinServer({
      ...ground,
      tls: tls.gateway,
      ...ofProjects.gateway,
      ...limits.ports,
      version: shell.version,
      instanceId: randomBytes(12).toString('hex'),
      keys: registry,
      upstreams: { list: upstreams.live, fallback: upstreams.fallback },
      responses: recorder.responses,
      usage: metrics.usage,
      capture,
      upstreamFailed: health.noteFailure,
      lookup: guardedLookup,
      onChange: tls.serverChanged,
      drainMs,
    });

    const vaultTried = joinedVault.open(() => {
      changes.statusChanged();
      capture.vaultOpened();
      void tls.look();
      void upstreams.loadCredentials().then(() => health.refresh());
    });

    const dashboard = joinDashboard({
      settings,
      router: () => router,
      pagesDir: shell.pagesDir,
      metrics: metrics.source,
      encryption: tls.dashboard,
      lifetime,
      onChange: () => changes.statusChanged(),
      log,
    });
    const { status, examine } = joinStatus({
      shell,
      ledger,
      settings,
      upstreams,
      server,
      ...tls.status,
      dashboard,
      vaultKind: vault.kind,
      keys: registry,
      projectBudgets: projects.inBudget,
      capture: capture.mark,
      reminders: reminders.now,
    });

    const settingsCalls = createSettingsCalls({
      ...settings,
      moveListener: server.move,
      followDashboard: dashboard.follow,
    });
    const asked = joinUsage({
      ledger,
      settings,
      projectName: projects.nameOf,
      upstreamName: (id) => upstreams.records().find((record) => record.id === id)?.name,
      clock,
    });
    const changes = createChangeFeed({
      status,
      key(id) {
        const key = registry.get(id);
        return key && registry.facts(key);
      },
      keyStates: registry.states,
      project: projects.factsOf,
      setting: (name) => settingsCalls.list().find((setting) => setting.name === name),
      viewOf: asked.requests.viewOf,
      running: gateway.runningList,
      log,
    });
    lifetime.own('changes', changes.close);
    lifetime.own('settings', settings.onChange(changes.settingsChanged));

    const policy = joinPolicy({ ...ground, ...ofProjects.gateway, registry, upstreams, gateway });
    const router = createRouter({
      status,
      watch: changes.watch,
      server,
      setLan: settingsCalls.setLan,
      checkPort: (port) => checkPort(settings.get()['server.hosts'], port, gateway.addresses()),
      keys,
      limits: limits.of,
      policyTest: policy.test,
      projects,
      history,
      acting,
      nowMs: clock.now,
      ...joinTransfer({
        ...noted,
        ledger,
        vault: joinedVault,
        registry,
        keys,
        projects,
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
      running: gateway.runningList,
      capture,
      replay: createReplay({ request: asked.requests.get, conversation: capture.conversation, send: gateway.replay }),
      lockout: gateway.lockout,
      tls: tls.calls,
      profile: ledger.profile,
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
      lifetime.own(
        'housekeeping',
        startHousekeeping({
          ...ground,
          prune: ledger.prune,
          pruneCaptured: capture.prune,
          onPruned: reminders.notePruned,
          remind: reminders.note,
          verifiers: vaultDoor.verifiers,
        }),
      );
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

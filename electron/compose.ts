// The only file that joins rooms: builds every object of one profile, once, from what a Shell supplies, and hands each
// room what it asked for. Knows neither Electron nor the command line.

import { randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { makeId } from '../shared/key-format.ts';
import { joinDashboard } from './compose-dashboard.ts';
import { joinKeys } from './compose-keys.ts';
import { openLedger } from './compose-ledger.ts';
import { joinMetrics } from './compose-metrics.ts';
import { joinPolicy } from './compose-policy.ts';
import { joinProjects } from './compose-projects.ts';
import { joinTransfer, putRestoredSettings } from './compose-transfer.ts';
import { joinUpstreams } from './compose-upstreams.ts';
import { joinUsage } from './compose-usage.ts';
import { joinVault } from './compose-vault.ts';
import { type ControlServer, startControlServer } from './control/control-server.ts';
import { createChangeFeed } from './core/change-feed.ts';
import { examine } from './core/doctor.ts';
import { startHousekeeping } from './core/housekeeping.ts';
import { noDesktop } from './core/no-desktop.ts';
import { reachableAt } from './core/reachable.ts';
import { createRouter } from './core/router.ts';
import { createServerControl } from './core/server-control.ts';
import { createSettingsCalls } from './core/settings-calls.ts';
import { statusNow } from './core/status.ts';
import { createGateway } from './gateway/gateway.ts';
import { createActing } from './lib/acting.ts';
import { systemClock } from './lib/clock.ts';
import { createLifetime } from './lib/lifetime.ts';
import { checkPort } from './lib/port-check.ts';
import { openSettings } from './settings/settings-book.ts';
import type { House, Shell } from './shell.ts';
import { acquireProfileLock } from './storage/profile-lock.ts';
import { isOpenOnLan } from './upstream/exposure.ts';
import { guardedLookup } from './upstream/guarded-lookup.ts';

const drainMs = 15_000;

/**
 * Takes hold of a profile and builds everything that works on it.
 * @throws KeyhatchError `profile_in_use`, `profile_from_future`, `profile_damaged`, `upstream_address_refused`
 */
export async function compose(shell: Shell): Promise<House> {
  const { log, dataDir } = shell;
  const clock = systemClock;
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

    const settingsFile = join(dataDir, 'settings.json');
    const openStore = () => shell.openSettingsStore(dataDir);
    const settings = openSettings({ file: settingsFile, openStore, flags: shell.flags, log });

    const ledger = openLedger({ shell, lifetime, clock, onWritten: (rows) => changes.requestsEnded(rows) });
    const { recorder } = ledger;

    putRestoredSettings(ledger.meta, settings);
    const joinedVault = joinVault({ shell, ledger, lifetime, clock, log });
    const { vault, vaultDoor } = joinedVault;
    const acting = createActing();
    const newId = () => makeId((bytes) => randomFillSync(bytes));
    const onKeyChange = (keyId: string) => {
      gateway.keyChanged(keyId);
      changes.keyChanged(keyId);
    };
    const { projects, history, reminders, ...ofProjects } = joinProjects({
      ledger,
      registry: () => registry,
      settings,
      acting,
      upstreamId: (ref) => upstreams.idOf(ref),
      makeId: newId,
      openEcho: () => echo(),
      onProjectChange(projectId, keyIds) {
        changes.projectChanged(projectId);
        for (const keyId of keyIds) onKeyChange(keyId);
      },
      onKeyChange: (keyId) => changes.keyChanged(keyId),
      lifetime,
      clock,
      log,
    });
    const { registry, keys } = joinKeys({
      ledger,
      vault: vaultDoor,
      settings: settings.get,
      projects,
      acting,
      record: history.record,
      clock,
      onKeyChange,
      onProjectChange: (projectId) => changes.projectChanged(projectId),
    });

    const { health, upstreams, discovery, echo } = await joinUpstreams({
      shell,
      settings,
      secrets: vault.secrets,
      ownAddresses: () => gateway.addresses(),
      makeId: newId,
      onChange: () => changes.statusChanged(),
      lifetime,
      clock,
      log,
    });

    const running = () => gateway.running();
    const metrics = joinMetrics({ shell, settings: settings.get, keys: registry, recorder, upstreams, running, log });
    const gateway = createGateway({
      version: shell.version,
      instanceId: randomBytes(12).toString('hex'),
      settings: settings.get,
      keys: registry,
      ...ofProjects.gateway,
      upstreams: { list: upstreams.live, fallback: upstreams.fallback },
      responses: recorder.responses,
      usage: metrics.usage,
      admissions: recorder.admissions,
      upstreamFailed: health.noteFailure,
      lookup: guardedLookup,
      clock,
      log,
    });
    lifetime.own('gateway', gateway.close);
    const server = createServerControl({
      listenOn: gateway.listenOn,
      stopListening: gateway.stop,
      urls: gateway.urls,
      running: gateway.running,
      wanted: () => ({ hosts: settings.get()['server.hosts'], port: settings.get()['server.port'] }),
      clock,
      log,
      onChange: () => changes.statusChanged(),
      drainMs,
    });
    lifetime.own('server', server.stop);

    const vaultTried = joinedVault.open(() => {
      changes.statusChanged();
      void upstreams.loadCredentials().then(() => health.refresh());
    });

    const dashboard = joinDashboard({
      settings,
      router: () => router,
      pagesDir: shell.pagesDir,
      metrics: metrics.source,
      lifetime,
      onChange: () => changes.statusChanged(),
      log,
    });
    const status = () =>
      statusNow({
        version: shell.version,
        shell: shell.name,
        dataDir,
        server,
        reachable: () => reachableAt(gateway.addresses()),
        dashboard,
        vaultKind: vault.kind,
        keys: registry,
        settings: settings.get,
        settingsProblems: settings.problems,
        upstreams: upstreams.statuses,
        requestsToday: ledger.requestsToday,
        reminders: reminders.now,
        storageProblem: ledger.problem,
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
      project: projects.factsOf,
      keyStates: () => registry.all().map(({ id, status }) => ({ id, status, usable: registry.isUsable(id) })),
      setting: (name) => settingsCalls.list().find((setting) => setting.name === name),
      viewOf: asked.requests.viewOf,
      log,
    });
    lifetime.own('changes', changes.close);
    lifetime.own('settings', settings.onChange(changes.settingsChanged));

    const policy = joinPolicy({ registry, settings: settings.get, upstreams, clock });
    const router = createRouter({
      status,
      watch: changes.watch,
      server,
      setLan: settingsCalls.setLan,
      checkPort: (port) => checkPort(settings.get()['server.hosts'], port, gateway.addresses()),
      keys,
      policyTest: policy.test,
      projects,
      history,
      acting,
      ...joinTransfer({
        ledger,
        vault: joinedVault,
        registry,
        keys,
        projects,
        settings,
        record: history.record,
        clock,
        log,
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
      lockout: gateway.lockout,
      profile: ledger.profile,
      dashboardLink: dashboard.link,
      desktop: shell.desktop ?? noDesktop,
      detect: discovery.detect,
      examine: () =>
        examine({
          status,
          test: upstreams.test,
          openOnLan: (url) => isOpenOnLan(url),
          settingsProblems: settings.problems,
          storage: ledger,
        }),
    });

    async function start(): Promise<void> {
      const control: ControlServer = await startControlServer({
        dataDir,
        router,
        context: { actor: { kind: 'cli', detail: null } },
        log,
        verifyAdmin: policy.verifyAdmin,
      });
      lifetime.own('control socket', control.close);
      await ofProjects.echoWanted();
      health.start();
      lifetime.own(
        'housekeeping',
        startHousekeeping({
          settings: settings.get,
          prune: ledger.prune,
          onPruned: reminders.notePruned,
          remind: reminders.note,
          verifiers: vaultDoor.verifiers,
          clock,
          log,
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

// The only file that joins rooms: builds every object of one profile, once, from what a Shell supplies, and hands each
// room what it asked for. Knows neither Electron nor the command line.

import { randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { joinCapture } from './compose-capture.ts';
import { joinDashboard } from './compose-dashboard.ts';
import { openLedger } from './compose-ledger.ts';
import { joinLimits } from './compose-limits.ts';
import { joinMetrics } from './compose-metrics.ts';
import { joinPolicy } from './compose-policy.ts';
import { detectTimeoutMs, joinUpstreams } from './compose-upstreams.ts';
import { joinUsage } from './compose-usage.ts';
import { joinVault } from './compose-vault.ts';
import { type ControlServer, startControlServer } from './control/control-server.ts';
import { createChangeFeed } from './core/change-feed.ts';
import { createDiscovery } from './core/discovery.ts';
import { examine } from './core/doctor.ts';
import { startHousekeeping } from './core/housekeeping.ts';
import { createKeyRegistry, resolveKey } from './core/key-registry.ts';
import { createKeys } from './core/keys.ts';
import { noDesktop } from './core/no-desktop.ts';
import { reachableAt } from './core/reachable.ts';
import { createReplay } from './core/replay.ts';
import { createRouter } from './core/router.ts';
import { createServerControl } from './core/server-control.ts';
import { createSettingsCalls } from './core/settings-calls.ts';
import { statusNow } from './core/status.ts';
import { createVaultDoor, doorTo, type WatchedVaultDoor } from './core/vault-door.ts';
import { createGateway } from './gateway/gateway.ts';
import { systemClock } from './lib/clock.ts';
import { createLifetime } from './lib/lifetime.ts';
import { checkPort } from './lib/port-check.ts';
import { openSettings } from './settings/settings-book.ts';
import type { House, Shell } from './shell.ts';
import { acquireProfileLock } from './storage/profile-lock.ts';
import { detectServers } from './upstream/detect.ts';
import { isOpenOnLan } from './upstream/exposure.ts';
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

    const settingsFile = join(dataDir, 'settings.json');
    const openStore = () => shell.openSettingsStore(dataDir);
    const settings = openSettings({ file: settingsFile, openStore, flags: shell.flags, log });

    const ground = { settings: settings.get, lifetime, clock, log };

    const ledger = openLedger({ shell, lifetime, clock, onWritten: (rows) => changes.requestsEnded(rows) });
    const { keyTable, recorder } = ledger;

    const knownKeyIds = () => keyTable.list().map(({ id }) => id);
    const vault = joinVault({ shell, ledger, knownKeyIds, clock });
    const door: { current: WatchedVaultDoor | undefined } = { current: undefined };
    const vaultDoor = doorTo(() => door.current);
    const registry = createKeyRegistry({
      store: keyTable,
      vault: vaultDoor,
      clock,
      today: recorder.usage.today,
      budgets: (key) => limits.budgets(key.id),
    });
    // Comes into being further down; these ask for it only once there is traffic.
    const later = () => gateway;
    const limits = joinLimits({ ...ground, ledger, registry, gateway: later });

    const { upstreams, health } = await joinUpstreams({
      shell,
      settings,
      secrets: vault.secrets,
      gateway: later,
      onChange: () => changes.statusChanged(),
      lifetime,
      clock,
    });

    const capture = joinCapture({
      ...ground,
      table: ledger.captured,
      secrets: vault.secrets,
      findKey: (ref) => resolveKey(registry, ref),
      keyName: (id) => registry.get(id)?.name,
      vaultLocked: vaultDoor.locked,
      onChange: () => changes.statusChanged(),
    });
    const metrics = joinMetrics({ ...ground, shell, registry, recorder, upstreams, load: later });
    const gateway = createGateway({
      version: shell.version,
      instanceId: randomBytes(12).toString('hex'),
      settings: settings.get,
      keys: registry,
      upstreams: { list: upstreams.live, fallback: upstreams.fallback },
      responses: recorder.responses,
      usage: metrics.usage,
      capture,
      ...limits.ports,
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
      queued: gateway.queued,
      wanted: () => ({ hosts: settings.get()['server.hosts'], port: settings.get()['server.port'] }),
      clock,
      log,
      onChange: () => changes.statusChanged(),
      drainMs,
    });
    lifetime.own('server', server.stop);

    const keys = createKeys({
      registry,
      store: keyTable,
      vault: vaultDoor,
      settings: settings.get,
      clock,
      fillRandom: (bytes) => randomFillSync(bytes),
      counters: { countedBy: ledger.answers.countedBy, reset: keyTable.resetCounters },
      onChange(keyId) {
        gateway.keyChanged(keyId);
        changes.keyChanged(keyId);
      },
    });
    const vaultTried = createVaultDoor({
      open: vault.open,
      knownKeyIds,
      onOpen() {
        changes.statusChanged();
        capture.vaultOpened();
        void upstreams.loadCredentials().then(() => health.refresh());
      },
      onCreated: (created) => {
        door.current = created;
        lifetime.own('vault', created.stop);
      },
      log,
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
        capture: capture.mark,
        storageProblem: ledger.problem(),
      });

    const discovery = createDiscovery({
      search: () =>
        detectServers({ timeoutMs: detectTimeoutMs, exceptPorts: gateway.addresses().map(({ port }) => port) }),
      upstreams,
      log,
    });

    const settingsCalls = createSettingsCalls({
      ...settings,
      moveListener: server.move,
      followDashboard: dashboard.follow,
    });
    const asked = joinUsage({
      ledger,
      settings,
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
      setting: (name) => settingsCalls.list().find((setting) => setting.name === name),
      viewOf: asked.requests.viewOf,
      running: gateway.runningList,
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
      limits: limits.of,
      policyTest: policy.test,
      upstreams,
      settings: settingsCalls,
      ...asked,
      running: gateway.runningList,
      capture,
      replay: createReplay({ request: asked.requests.get, conversation: capture.conversation, send: gateway.replay }),
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
          storage: { problem: ledger.problem(), keysDamaged: ledger.keysDamaged },
        }),
    });

    async function start(): Promise<void> {
      const control: ControlServer = await startControlServer({
        dataDir,
        router,
        log,
        verifyAdmin: policy.verifyAdmin,
      });
      lifetime.own('control socket', control.close);
      health.start();
      lifetime.own(
        'housekeeping',
        startHousekeeping({
          settings: settings.get,
          prune: ledger.prune,
          pruneCaptured: capture.prune,
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

// The only file that joins rooms: builds every object of one profile, once, from what a Shell supplies, and hands each
// room what it asked for. Knows neither Electron nor the command line.

import { createHash, randomBytes, randomFillSync } from 'node:crypto';
import { join } from 'node:path';
import { makeId } from '../shared/key-format.ts';
import type { Status, VaultKind } from '../shared/model.ts';
import type { Settings } from '../shared/settings.ts';
import { type ControlServer, startControlServer } from './control/control-server.ts';
import { createDiscovery } from './core/discovery.ts';
import { examine } from './core/doctor.ts';
import { startHousekeeping } from './core/housekeeping.ts';
import { createKeyRegistry } from './core/key-registry.ts';
import { createKeys, type Keys } from './core/keys.ts';
import { createRouter, type Router } from './core/router.ts';
import { createServerControl } from './core/server-control.ts';
import { createSettingsCalls } from './core/settings-calls.ts';
import { statusNow } from './core/status.ts';
import { createUpstreams, type GivenUpstream } from './core/upstreams.ts';
import { createVaultDoor, type WatchedVaultDoor } from './core/vault-door.ts';
import { startEchoUpstream } from './echo/echo-upstream.ts';
import { createGateway } from './gateway/gateway.ts';
import { systemClock } from './lib/clock.ts';
import { createLifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import { openSettings, type SettingsStore } from './settings/settings-book.ts';
import { openDatabase } from './storage/database.ts';
import { createKeyTable } from './storage/key-table.ts';
import { localDay } from './storage/local-day.ts';
import { createMetaTable } from './storage/meta-table.ts';
import { acquireProfileLock } from './storage/profile-lock.ts';
import { createUsageRecorder } from './storage/usage-recorder.ts';
import { createUsageTable } from './storage/usage-table.ts';
import { detectServers } from './upstream/detect.ts';
import { isOpenOnLan } from './upstream/exposure.ts';
import { guardedLookup } from './upstream/guarded-lookup.ts';
import { createHealthWatch } from './upstream/health-watch.ts';
import { identify } from './upstream/probe.ts';
import { addressText, parseUpstreamAddress } from './upstream/upstream-address.ts';
import { openProfileVault } from './vault/profile-vault.ts';

/** What the machine and the way Keyhatch was started give. */
export type Shell = {
  readonly name: Status['shell'];
  readonly version: string;
  readonly dataDir: string;
  /** Passphrases are taken out of it once they are read. */
  readonly env: { [name: string]: string | undefined };
  readonly log: Log;
  readonly openSettingsStore: (dataDir: string) => SettingsStore;
  /** The vault asked for; undefined takes the one in which this profile's keys lie, or else the OS keychain. */
  readonly vault: VaultKind | undefined;
  /** Settings that hold for this run. */
  readonly flags: Partial<Settings>;
  /** Addresses of upstreams for this run, instead of the saved ones. */
  readonly upstreams: readonly string[];
  /** `on`: in front of the built-in echo model; `stand-in`: as long as there is no other upstream. */
  readonly echo: 'off' | 'on' | 'stand-in';
};

export type House = {
  readonly router: Router;
  readonly status: () => Status;
  readonly keys: Keys;
  /** Resolves once the vault has been tried, locked or not. */
  readonly vaultTried: Promise<void>;
  /** Puts the gateway in front of what runs on this computer, if it is in front of nothing yet. */
  readonly adoptServers: () => Promise<void>;
  /** Opens the door for the command line, watches upstreams and, when the settings say so, listens. */
  readonly start: () => Promise<void>;
  /** Drains, writes everything down and lets go of the profile. */
  readonly stop: () => Promise<void>;
};

const drainMs = 15_000;
const detectTimeoutMs = 1_500;

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

    const db = openDatabase({ file: join(dataDir, 'keyhatch.db'), log });
    lifetime.own('database', () => db.close());
    const meta = createMetaTable(db);
    const keyTable = createKeyTable(db);
    const usageTable = createUsageTable(db);
    const recorder = createUsageRecorder({ db, keys: keyTable, usage: usageTable, clock, log });
    lifetime.own('usage', recorder.close);

    const knownKeyIds = () => keyTable.list().map(({ id }) => id);
    const vault = openProfileVault({ wanted: shell.vault, meta, knownKeyIds, dataDir, env: shell.env, log, clock });
    const door: { current: WatchedVaultDoor | undefined } = { current: undefined };
    const vaultDoor = {
      verifiers: () => door.current?.verifiers(),
      locked: () =>
        door.current?.locked() ?? (door.current ? undefined : { vault: 'the vault', reason: 'it is being opened' }),
    };
    const registry = createKeyRegistry({ store: keyTable, vault: vaultDoor, clock });

    const health = createHealthWatch({
      upstreams: () => upstreams.records().map((record) => ({ ...record, url: new URL(record.url) })),
      clock,
      log,
      onChange: () => upstreams.healthChanged(),
    });
    lifetime.own('health watch', health.stop);
    const echo = shell.echo === 'off' ? undefined : await openEcho();
    const newId = () => makeId((bytes) => randomFillSync(bytes));
    const upstreams = createUpstreams({
      settings: settings.get,
      saveSettings(list, fallbackId) {
        settings.set('upstreams.list', list);
        settings.set('upstreams.default', fallbackId);
      },
      fixed: [...(shell.echo === 'on' && echo ? [echo] : []), ...(await givenUpstreams(shell.upstreams))],
      standIn: shell.echo === 'stand-in' ? echo : undefined,
      secrets: vault.secrets,
      health: health.state,
      refreshHealth: (id) => health.refresh(id),
      parseAddress: (text, confirmed) => parseUpstreamAddress(text, { confirmed, ownAddresses: gateway.addresses() }),
      identify: (url, credential) => identify(url, { credential, timeoutMs: detectTimeoutMs }),
      makeId: newId,
      onChange: () => void health.refresh(),
      log,
    });

    const gateway = createGateway({
      version: shell.version,
      instanceId: randomBytes(12).toString('hex'),
      settings: settings.get,
      keys: registry,
      upstreams: { list: upstreams.live, fallback: upstreams.fallback },
      responses: recorder.responses,
      usage: recorder.usage,
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
      onChange: gateway.keyChanged,
    });
    const vaultTried = createVaultDoor({
      open: vault.open,
      knownKeyIds,
      onOpen: () => void upstreams.loadCredentials().then(() => health.refresh()),
      onCreated: (created) => {
        door.current = created;
        lifetime.own('vault', created.stop);
      },
      log,
    });

    const status = () =>
      statusNow({
        version: shell.version,
        shell: shell.name,
        dataDir,
        server,
        vaultKind: vault.kind,
        keys: registry,
        settings: settings.get,
        settingsProblems: settings.problems,
        upstreams: upstreams.statuses,
        requestsToday: () => requestsToday(),
      });
    const requestsToday = () => {
      recorder.flush();
      return usageTable.requestsSince(localDay(clock.now()).from);
    };

    const discovery = createDiscovery({
      search: () =>
        detectServers({ timeoutMs: detectTimeoutMs, exceptPorts: gateway.addresses().map(({ port }) => port) }),
      upstreams,
      log,
    });

    const router = createRouter({
      status,
      server,
      keys,
      upstreams,
      settings: createSettingsCalls({
        get: settings.get,
        view: settings.view,
        list: settings.list,
        set: settings.set,
        moveListener: server.move,
      }),
      usage: (sinceMs, by) => {
        recorder.flush();
        return usageTable.report({ since: clock.now() - sinceMs, until: clock.now(), by });
      },
      detect: discovery.detect,
      examine: () =>
        examine({
          status,
          test: upstreams.test,
          openOnLan: (url) => isOpenOnLan(url),
          settingsProblems: settings.problems,
        }),
    });

    async function start(): Promise<void> {
      const control: ControlServer = await startControlServer({ dataDir, router, log });
      lifetime.own('control socket', control.close);
      health.start();
      lifetime.own(
        'housekeeping',
        startHousekeeping({
          settings: settings.get,
          pruneRequests: usageTable.prune,
          verifiers: vaultDoor.verifiers,
          clock,
          log,
        }),
      );
      if (settings.get()['server.autoStart']) await server.start();
    }

    return { router, status, keys, vaultTried, adoptServers: discovery.adopt, start, stop: lifetime.close };
  }

  async function openEcho(): Promise<GivenUpstream> {
    const credential = randomBytes(24).toString('base64url');
    const echo = await startEchoUpstream({ credential, log });
    lifetime.own('echo model', echo.close);
    return { id: 'echo', name: 'Echo', kind: 'echo', url: addressText(echo.url), credential };
  }
}

/** The upstreams of `--upstream`: said on the command line by the owner, so that another machine needs no second word. */
async function givenUpstreams(addresses: readonly string[]): Promise<GivenUpstream[]> {
  return Promise.all(
    addresses.map(async (address) => {
      const url = parseUpstreamAddress(address, { confirmed: true, ownAddresses: [] });
      const { kind } = await identify(url, { timeoutMs: detectTimeoutMs });
      // The same in every run, because stored responses and the ledger name it.
      const id = createHash('sha256').update(addressText(url)).digest('hex').slice(0, 8);
      return { id, name: url.host, kind, url: addressText(url) };
    }),
  );
}

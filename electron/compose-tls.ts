// The part of composing that joins encryption: the certificate, where its keys lie, and who shows it. Used by compose.ts
// alone.

import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { modeOf } from '../shared/tls-model.ts';
import { type CertificateKeeperPorts, createCertificateKeeper } from './certificates/certificate-keeper.ts';
import { wantedNames } from './certificates/certificate-names.ts';
import { type CertificateStorePorts, createCertificateStore } from './certificates/certificate-store.ts';
import type { NetworkOptions } from './compose-network.ts';
import { isOnLan } from './core/access-sentence.ts';
import { namesAmong } from './core/host-names.ts';
import { resolveHosts } from './core/interfaces.ts';
import type { TlsCalls } from './core/router.ts';
import type { Dashboard, DashboardEncryption } from './dashboard/dashboard.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { GatewayTls } from './gateway/ports.ts';
import { bareHost } from './lib/bare-host.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';

export type JoinedTls = {
  readonly gateway: GatewayTls;
  readonly calls: TlsCalls;
  readonly dashboard: DashboardEncryption;
  readonly encrypted: NetworkOptions['encrypted'];
  readonly problem: () => string | null;
  /** To be called when the vault has opened. */
  readonly look: () => Promise<void>;
  /** To be called when the server begins or ends to listen somewhere. */
  readonly serverChanged: () => void;
  /** Looks now and from then on every minute. */
  readonly start: () => void;
};

const lookEveryMs = 60_000;

export function joinTls(
  options: Pick<CertificateKeeperPorts, 'record' | 'clock' | 'log'> &
    CertificateStorePorts & {
      readonly settings: SettingsBook;
      readonly gateway: () => Pick<Gateway, 'addresses'>;
      readonly interfaces: Shell['interfaces'];
      readonly lifetime: Lifetime;
      readonly dashboard: () => Pick<Dashboard, 'look'>;
      readonly onChange: () => void;
    },
): JoinedTls {
  const { settings: book, lifetime, onChange, record, clock, log } = options;
  const settings = book.get;
  const mode = () => modeOf(settings()['tls.mode'], isOnLan(settings()['server.hosts']));
  const dashboardIsOnLan = () => settings()['dashboard.enabled'] && isOnLan(settings()['dashboard.hosts']);
  const interfaces = () => (options.interfaces ?? networkInterfaces)();
  const dashboardAddresses = () => {
    const { 'dashboard.hosts': hosts, 'server.publicInterfaces': open } = settings();
    const { must, may } = resolveHosts(hosts, interfaces(), open);
    return [...must, ...may].filter((host) => isIP(bareHost(host)));
  };
  const keeper = createCertificateKeeper({
    store: createCertificateStore(options),
    wanted: () =>
      wantedNames({
        hostname: hostname(),
        allowedHosts: settings()['server.allowedHosts'],
        listening: [
          ...options
            .gateway()
            .addresses()
            .map(({ host }) => host),
          ...namesAmong(settings()['server.hosts']),
          ...dashboardAddresses(),
        ],
        interfaces: interfaces(),
      }),
    needed: () => mode() !== 'off' || dashboardIsOnLan(),
    record,
    onChange() {
      onChange();
      void options.dashboard().look();
    },
    clock,
    log,
  });
  // A command at rest ends while it looks; what it looks into stays open for as long as that takes.
  lifetime.own('certificate', keeper.close);
  const get = () => ({ ...keeper.view(), mode: mode(), choice: settings()['tls.mode'] });
  const after = (work: Promise<void>) => work.then(get);
  return {
    gateway: {
      mode,
      credentials: keeper.credentials,
      names: keeper.names,
      authority: () => keeper.view().caPem ?? undefined,
    },
    calls: {
      get,
      usePem: (pair) => after(keeper.usePem(pair)),
      useOwn: () => after(keeper.useOwn()),
      renew: () => after(keeper.renew()),
      newAuthority: () => after(keeper.newAuthority()),
    },
    dashboard: {
      credentials: keeper.credentials,
      names: keeper.names,
      async whyMissing() {
        await keeper.look();
        return keeper.credentials() ? undefined : (keeper.problem() ?? 'It is being made.');
      },
    },
    encrypted() {
      const { source, expiresAt } = keeper.view();
      return { mode: mode(), source, expiresAt, names: keeper.names() };
    },
    problem: keeper.problem,
    look: keeper.look,
    serverChanged() {
      onChange();
      void keeper.look();
    },
    start() {
      void keeper.look();
      const timer = setInterval(() => void keeper.look(), lookEveryMs).unref();
      lifetime.own('look at the certificate', () => clearInterval(timer));
      lifetime.own(
        'settings of the certificate',
        book.onChange(() => void keeper.look()),
      );
    },
  };
}

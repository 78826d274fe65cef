// The part of composing that joins all that lets programs in beside their own key: ways in without a key, and people's
// short-lived tokens. Used by compose.ts alone.

import { randomFillSync } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import type { Ledger } from './compose-ledger.ts';
import type { JoinedPeople } from './compose-people.ts';
import { joinTokens } from './compose-tokens.ts';
import type { RecordHistory } from './core/history.ts';
import type { KeyRegistry, VaultDoor } from './core/key-registry.ts';
import { createPathTokenEnds } from './core/path-token-ends.ts';
import { createWays, type Ways } from './core/ways.ts';
import { createWaysIn } from './core/ways-in.ts';
import type { Dashboard, DashboardPorts } from './dashboard/dashboard.ts';
import type { Gateway } from './gateway/gateway.ts';
import type { GatewayPorts } from './gateway/ports.ts';
import type { Clock } from './lib/clock.ts';
import type { Lifetime } from './lib/lifetime.ts';
import type { Log } from './lib/log.ts';
import type { SettingsBook } from './settings/settings-book.ts';
import type { Shell } from './shell.ts';
import type { ProfileVault } from './vault/profile-vault.ts';

export type JoinedWays = {
  readonly ways: Ways;
  /** Where people sign in for tokens. */
  readonly auth: DashboardPorts['auth'];
  /** What the gateway asks, and what it tells. */
  readonly gate: Pick<GatewayPorts, 'keys' | 'ways' | 'tokens' | 'dashboardUrl'> & {
    readonly onListening: () => Promise<void>;
    readonly waysOpen: () => number;
    /** Where the second port listens, as its hosts were given. */
    readonly secondPortHosts: () => readonly string[];
    /** As `Ways` has it. */
    readonly lookAtSecondPort: () => Promise<boolean>;
  };
  /** To be called when the vault is open. */
  readonly vaultOpened: () => Promise<void>;
};

export function joinWays(options: {
  readonly shell: Pick<Shell, 'interfaces'>;
  readonly ledger: Pick<Ledger, 'wayTable' | 'nameHolder'>;
  readonly registry: KeyRegistry;
  readonly vaultDoor: VaultDoor;
  readonly vault: Pick<ProfileVault, 'secrets'>;
  readonly people: JoinedPeople;
  readonly gateway: () => Gateway;
  readonly dashboard: () => Pick<Dashboard, 'url'>;
  readonly settings: SettingsBook;
  readonly onChange: () => void;
  readonly lifetime: Lifetime;
  readonly record: RecordHistory;
  readonly clock: Clock;
  readonly log: Log;
}): JoinedWays {
  const { ledger, registry, vaultDoor, gateway, settings, lifetime, record, clock, log } = options;
  const onEnded = () => gateway().passesChanged();
  const ports = { registry, vault: vaultDoor, settings: settings.get, record, clock, log };
  const waysIn = createWaysIn({ ...ports, kept: ledger.wayTable.list() });
  const ends = createPathTokenEnds({ ways: waysIn, onEnd: onEnded, clock });
  lifetime.own('ends of path tokens', ends.close);
  const ways = createWays({
    ...ports,
    ways: waysIn,
    store: ledger.wayTable,
    sockets: () => gateway().secondPort,
    interfaces: options.shell.interfaces ?? networkInterfaces,
    serves: () => gateway().addresses().length > 0,
    onClosed: onEnded,
    onChange() {
      ends.look();
      options.onChange();
    },
    fillRandom: (bytes) => randomFillSync(bytes),
  });
  const { tokens, gateway: asKeys } = joinTokens({
    ...{ ledger, registry, lifetime, record, clock, onEnded },
    ...options.people,
    secrets: options.vault.secrets,
    settings: settings.get,
  });
  lifetime.own(
    'what programs come in with',
    settings.onChange((names) => {
      if (names.includes('access.credentials')) onEnded();
    }),
  );
  return {
    ways,
    auth: tokens,
    gate: {
      ...asKeys,
      ways: waysIn,
      waysOpen: ways.open,
      secondPortHosts: () => waysIn.forSecondPort()?.hosts ?? [],
      lookAtSecondPort: ways.look,
      dashboardUrl: () => options.dashboard().url(),
      onListening() {
        ends.look();
        return ways.follow();
      },
    },
    vaultOpened: () =>
      tokens.open().catch((error: unknown) => log.warn('what tokens are signed with cannot be read', { error })),
  };
}

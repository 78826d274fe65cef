// What a shell (the desktop app, `keyhatch serve`, one command) gives to the house that compose builds, and what it gets
// back. Types only.

import type { SignInLink, Status, VaultKind } from '../shared/model.ts';
import type { Settings } from '../shared/settings.ts';
import type { ChangeFeed } from './core/change-feed.ts';
import type { Interfaces } from './core/interfaces.ts';
import type { Keys } from './core/keys.ts';
import type { DesktopCalls, Router } from './core/router.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { SettingsStore } from './lib/settings-store.ts';

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
  /** `on`: in front of the built-in echo model; `stand-in`: until another upstream answers. */
  readonly echo: 'off' | 'on' | 'stand-in';
  /** Folder of the built pages, for the dashboard; undefined where there are none to offer. */
  readonly pagesDir: string | undefined;
  /** The time, where it is not the system's: for tests of what ends by itself. */
  readonly clock?: Clock;
  /** The network interfaces, where they are not the system's: for tests of what changes by itself. */
  readonly interfaces?: () => Interfaces;
  /** Where a name leads, where the system is not to be asked: for tests as well. */
  readonly lookUpName?: (name: string) => Promise<readonly string[]>;
  /** Program of the threads that keep the ledger; undefined keeps it without one, which is enough for a single command. */
  readonly ledgerWorker: string | undefined;
  /** Program of the threads that hash passwords; undefined hashes in the process itself. */
  readonly passwordWorker: string | undefined;
  /** What the desktop app can do; undefined elsewhere. */
  readonly desktop: DesktopCalls | undefined;
};

export type House = {
  readonly router: Router;
  readonly settings: () => Settings;
  readonly changes: ChangeFeed;
  readonly status: () => Status;
  readonly keys: Keys;
  /** Resolves once the vault has been tried, locked or not. */
  readonly vaultTried: Promise<void>;
  /** Puts the gateway in front of what runs on this computer, if it is in front of nothing yet. */
  readonly adoptServers: () => Promise<void>;
  /** A link that signs a browser in; fails with `dashboard_off` while there is no dashboard. */
  readonly dashboardLink: () => SignInLink;
  /** Opens the door for the command line, watches upstreams and, when the settings say so, listens and opens the dashboard. */
  readonly start: () => Promise<void>;
  /** Listens anew after the computer slept. */
  readonly rebind: () => Promise<void>;
  /** Drains, writes everything down and lets go of the profile. */
  readonly stop: () => Promise<void>;
};

// What the gateway asks of the rest of the house, as small types that compose.ts fulfils. All of it answers from memory:
// nothing here may touch a disk or the keychain while a request waits.

import type { LookupFunction } from 'node:net';
import type { KeyPolicy } from '../../shared/key-policy.ts';
import type { Budget, TopUp } from '../../shared/limit-model.ts';
import type { KeyKind, KeyLimits, KeyStatus, UpstreamHealth } from '../../shared/model.ts';
import type { PersonBar } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { TlsMode } from '../../shared/tls-model.ts';
import type { Dialect, UpstreamKind } from '../../shared/upstream-kinds.ts';
import type { RequestRow } from '../../shared/usage-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { PortCredentials } from '../lib/tls-port.ts';
import type { CapturePort } from './capture-tap.ts';
import type { BudgetOwner } from './key-limits.ts';
import type { LimitCounters } from './limit-counters.ts';

/** What the gateway knows of a key. Replaced as a whole when the owner changes it. */
export type GatewayKey = {
  readonly id: string;
  readonly name: string;
  /** Only inference keys open the gateway. */
  readonly kind: KeyKind;
  readonly projectId: string | null;
  /** Whose it is; their budgets count over all of theirs. */
  readonly personId: string | null;
  /** Why whose key it is may not use it now. */
  readonly personBar: PersonBar | null;
  readonly status: KeyStatus;
  /** Too short to be safe: for this computer alone. */
  readonly weak: boolean;
  readonly oldSecretWeak: boolean;
  readonly expiresAt: number | null;
  readonly limits: KeyLimits;
  readonly models: readonly string[] | null;
  /** A second list that a model must also be in, where it came by something narrower than the key. */
  readonly alsoWithin?: readonly string[];
  readonly policy: KeyPolicy;
};

/** What lets clients in that cannot send a key, as the owner opened it. Answers from memory. */
export type KeylessWay = { readonly id: string; readonly keyId: string };
export type PathTokenWay = KeylessWay & {
  readonly networks: readonly string[];
  readonly models: readonly string[] | null;
  readonly expiresAt: number;
};
export type WaysIn = {
  /** The narrowest rule for a neighbour's address. */
  readonly forAddress: (clientAddress: string) => KeylessWay | undefined;
  readonly forSecondPort: () => KeylessWay | undefined;
  /** Does the same work for unknown and wrong tokens. */
  readonly findPathToken: (token: string) => PathTokenWay | undefined;
  /** Whether what was let in so may go on. */
  readonly isOpen: (id: string) => boolean;
};

/** What a short-lived token is: one of ours, or why it is not one that counts. */
export type FoundToken =
  /** `pass`: the sign-in that it came from. */
  | { readonly kind: 'valid'; readonly pass: string; readonly key: GatewayKey }
  | { readonly kind: 'expired' | 'ended' | 'malformed' };

export type AccessTokens = {
  /** Undefined where the credential has not the shape of one. */
  readonly find: (credential: string) => FoundToken | undefined;
  /** Whether its holder has neither signed out nor been put out. */
  readonly isOpen: (pass: string) => boolean;
};

export type KeyRegistry = {
  /** Why no key can be recognised at the moment, or undefined when they can. */
  readonly locked: () =>
    | { readonly code: 'vault_locked' | 'keys_damaged'; readonly vault: string; readonly reason: string }
    | undefined;
  /** The key this credential is, whatever its status. Does the same work for unknown and wrong credentials. */
  readonly find: (credential: string) => PresentedKey | undefined;
  readonly get: (id: string) => GatewayKey | undefined;
};

/** A key, and whether what was sent is the secret before its last rotation. */
export type PresentedKey = GatewayKey & { readonly byOldSecret: boolean };

/** What the gateway knows of a project. */
export type GatewayProject = {
  readonly id: string;
  readonly name: string;
  /** All its keys are refused. */
  readonly closed: boolean;
  readonly models: readonly string[] | null;
  readonly aliases: ReadonlyMap<string, string>;
  readonly upstreamId: string | null;
  /** The echo model answers everything. */
  readonly echo: boolean;
  readonly budgets: readonly Budget[];
  readonly topUps: readonly TopUp[];
};

/** What the gateway knows of a person whose keys come in. */
export type GatewayPerson = {
  readonly id: string;
  readonly name: string;
  /** Over all keys of theirs. */
  readonly budgets: readonly Budget[];
};

export type ProjectRegistry = {
  readonly get: (id: string) => GatewayProject | undefined;
  /** The built-in echo model, once it is there. */
  readonly echo: () => GatewayUpstream | undefined;
};

/** Told when somebody used the secret before a key's last rotation. */
export type NoteOldSecret = (use: {
  readonly id: string;
  readonly at: number;
  readonly address: string;
  readonly userAgent: string | null;
}) => void;

/** An upstream as requests see it. */
export type GatewayUpstream = {
  readonly id: string;
  readonly name: string;
  readonly kind: UpstreamKind;
  readonly dialects: readonly Dialect[];
  /** Origin and path prefix without a trailing slash. */
  readonly url: URL;
  /** The upstream's own credential, added to what is forwarded and never shown. */
  readonly credential: string | undefined;
  readonly health: UpstreamHealth;
  readonly models: ReadonlySet<string>;
  /** How many requests it takes at once; null: as many as come. */
  readonly parallel: number | null;
};

export type UpstreamRegistry = {
  /** In the owner's order. */
  readonly list: () => readonly GatewayUpstream[];
  /** Serves models that nobody lists. Undefined when there is no upstream at all. */
  readonly fallback: () => GatewayUpstream | undefined;
};

/** Remembers which key made a stored response, and where it lies. */
export type ResponseOwners = {
  readonly claim: (responseId: string, owner: string, upstreamId: string) => void;
  readonly find: (responseId: string) => { readonly owner: string; readonly upstreamId: string } | undefined;
};

export type UsageSink = {
  /** Takes the one row of a request; written in a batch at most a second later. */
  readonly record: (row: RequestRow) => void;
  /** Counts a refusal of a caller without a known key. */
  readonly stranger: (code: string) => void;
  readonly today: (keyId: string) => {
    readonly requests: number;
    readonly tokensIn: number;
    readonly tokensOut: number;
  };
};

/** What models cost; where that is not said, undefined. */
export type PricePort = {
  /** In micro-units of the currency. `tokensCached` are a part of `tokensIn`. */
  readonly costOf: (
    model: string | undefined,
    tokens: { readonly tokensIn: number; readonly tokensCached: number; readonly tokensOut: number },
    currency: string,
  ) => number | undefined;
};

/** How connections are encrypted. */
export type GatewayTls = {
  readonly mode: () => TlsMode;
  /** The same object until another certificate is to be shown; undefined while there is none. */
  readonly credentials: () => PortCredentials | undefined;
  /** Names and addresses of the certificate that is shown. */
  readonly names: () => readonly string[];
  /** Certificate of our own authority, as PEM, for whoever wants to trust it. */
  readonly authority: () => string | undefined;
};

export type GatewayPorts = {
  readonly version: string;
  /** Differs from every other gateway's, so that a request that comes back is recognised. */
  readonly instanceId: string;
  readonly settings: () => Settings;
  readonly keys: KeyRegistry;
  readonly ways: WaysIn;
  readonly tokens: AccessTokens;
  /** Every address of this machine now: who comes from one of them is no neighbour. */
  readonly machineAddresses: () => readonly string[];
  /** Where people sign in, for those who knock at the wrong door; null while there is none. */
  readonly dashboardUrl: () => string | null;
  readonly projects: ProjectRegistry;
  readonly oldSecretUsed: NoteOldSecret;
  readonly upstreams: UpstreamRegistry;
  readonly responses: ResponseOwners;
  readonly usage: UsageSink;
  readonly capture: CapturePort;
  readonly counters: LimitCounters;
  readonly prices: PricePort;
  readonly tls: GatewayTls;
  /** Whose budgets a request of this key counts against. */
  readonly budgetOwners: (key: GatewayKey) => readonly BudgetOwner[];
  /** How an upstream's name becomes an address; undefined takes the system's way. */
  readonly lookup: LookupFunction | undefined;
  readonly clock: Clock;
  readonly log: Log;
};

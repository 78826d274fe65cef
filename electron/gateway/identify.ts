// Stage 3: who asks. A key or what stands for one, this computer, anybody (when keys are not required) or nobody (on public
// paths). Values that are not ours are ignored beside one that is; what has ended is said only to a credential that matched.

import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import { isAdminKey, isPlaceholder, parseKey } from '../../shared/key-format.ts';
import type { Settings } from '../../shared/settings.ts';
import { collectCredentials } from './credentials.ts';
import type { Caller, CallerWithKey, Identified, Routed } from './exchange.ts';
import { callerByPathToken, callerByWay, type KeylessPorts } from './keyless.ts';
import type { Lockout } from './lockout.ts';
import type { AccessTokens, GatewayKey, KeyRegistry } from './ports.ts';
import type { WeakBrake } from './weak-brake.ts';

export type IdentifyPorts = KeylessPorts & {
  readonly settings: () => Settings;
  readonly keys: KeyRegistry;
  readonly tokens: AccessTokens;
  readonly lockout: Lockout;
  readonly weakBrake: WeakBrake;
};

/** What a guess looks like. A missing key is none, and who sends a revoked or an expired one had it once. */
const guesses: ReadonlySet<ErrorCode> = new Set(['key_unknown', 'key_malformed', 'key_wrong_kind', 'token_malformed']);

export function identify(routed: Routed, ports: IdentifyPorts): Identified {
  try {
    return { ...routed, caller: whoCalls(routed, ports) };
  } catch (error) {
    const guessed = error instanceof KeyhatchError && guesses.has(error.code);
    // A program on this computer is told of its mistake each time; one that was forwarded here may be anybody.
    throw (guessed && !routed.trulyLocal ? ports.lockout.failed(routed.clientAddress) : undefined) ?? error;
  }
}

function whoCalls(routed: Routed, ports: IdentifyPorts): Caller {
  const settings = ports.settings();
  const presented = collectCredentials(routed.req).filter((value) => !isPlaceholder(value));
  const brake = routed.trulyLocal ? undefined : ports.weakBrake;
  const caller = callerWithKey(routed, presented, { ...ports, settings, brake });
  if (!caller) return callerWithoutKey(routed, settings, presented.length > 0);
  checkStanding(caller.key, ports.clock.now());
  if (caller.by !== 'token' && settings['access.credentials'] === 'tokens') throw new KeyhatchError('keys_not_taken');
  return caller;
}

type At = Omit<IdentifyPorts, 'settings'> & {
  readonly settings: Settings;
  /** Undefined for programs of this machine. */
  readonly brake: WeakBrake | undefined;
};

function callerWithKey(routed: Routed, presented: readonly string[], at: At): CallerWithKey | undefined {
  if (routed.pathToken !== undefined) {
    checkUnlocked(at.keys);
    return callerByPathToken(routed.pathToken, { presented, routed }, at);
  }
  if (presented.length > 0) return findPresented(presented, at, isPublic(routed, at.settings));
  return at.settings['access.credentials'] === 'tokens' ? undefined : callerByWay(routed, at);
}

function callerWithoutKey(routed: Routed, settings: Settings, presentedForeign: boolean): Caller {
  if (isPublic(routed, settings)) return { kind: 'nobody' };
  if (isOpenDoor(routed, settings)) return { kind: 'anonymous' };
  // With the bypass on, a value that is not a valid key is a mistake worth showing, not a reason to let somebody in.
  if (presentedForeign) throw new KeyhatchError('key_unknown');
  if (settings['access.localhostBypass'] && routed.trulyLocal) return { kind: 'this_computer' };
  throw new KeyhatchError('key_missing');
}

// Where keys are off the gateway's own addresses were chosen for that, and those of the second port for one key's programs.
function isOpenDoor({ bySecondPort, trulyLocal }: Routed, settings: Settings): boolean {
  return !settings['access.requireKey'] && (bySecondPort !== true || trulyLocal);
}

/** Paths that answer without a key: they neither act nor reveal. */
function isPublic(routed: Routed, settings: Settings): boolean {
  const { own } = routed.route;
  if (own === 'health' || own === 'info' || own === 'greeting' || own === 'authority') return true;
  return settings['access.publicModels'] && routed.path === '/v1/models';
}

/** @throws KeyhatchError `vault_locked`, `keys_damaged` */
function checkUnlocked(keys: KeyRegistry): void {
  const locked = keys.locked();
  if (!locked) return;
  const { code, ...details } = locked;
  throw new KeyhatchError(code, { details });
}

function findPresented(presented: readonly string[], at: At, publicPath: boolean): CallerWithKey | undefined {
  const { keys, settings, brake } = at;
  if (keys.locked()) {
    const openDoor = !settings['access.requireKey'] && presented.every((value) => parseKey(value).kind === 'foreign');
    if (publicPath || openDoor) return undefined;
    checkUnlocked(keys);
  }
  const { matched, missed, bad, foreign } = lookUp(presented, at);
  if (bad) throw bad;
  // Beside a key a short value is none: the user name of Basic, for one.
  if (matched.size === 0 && brake) {
    for (const value of missed) brake.missed(value);
    const held = publicPath ? undefined : brake.refusal(presented);
    if (held) throw held;
  }
  if (matched.size > 1) throw new KeyhatchError('key_ambiguous');
  const [caller] = matched.values();
  // In open mode clients still send whatever their key field holds; only one that looks like ours is a mistake.
  if (!caller && settings['access.requireKey'] && !publicPath) throw new KeyhatchError(foreign);
  return caller;
}

type LookedUp = {
  readonly matched: ReadonlyMap<string, CallerWithKey>;
  /** What is nobody's. */
  readonly missed: readonly string[];
  /** One that looks like ours and cannot be used, whatever stands beside it. */
  readonly bad: KeyhatchError | undefined;
  /** What to say where none of them is ours. Not an error yet: making one, with its trace, costs more than the look-up. */
  readonly foreign: 'key_unknown' | 'token_malformed';
};

function lookUp(presented: readonly string[], at: At): LookedUp {
  const matched = new Map<string, CallerWithKey>();
  const missed: string[] = [];
  let bad: KeyhatchError | undefined;
  let foreign: LookedUp['foreign'] = 'key_unknown';
  for (const value of presented) {
    if (at.brake?.holds(value)) continue;
    // No key has the shape of a token, so that one look-up is enough for either.
    const found = holderOf(value, at) ?? keyOf(value, at.keys);
    if (found === 'malformed') foreign = 'token_malformed';
    else if (found instanceof KeyhatchError) bad ??= found;
    else if (found) matched.set(found.key.id, found);
    else {
      missed.push(value);
      bad ??= badOwnKey(value);
    }
  }
  return { matched, missed, bad, foreign };
}

function keyOf(value: string, keys: KeyRegistry): CallerWithKey | undefined {
  // By its spelling alone, so that nobody learns here whether there is such an admin key.
  const key = isAdminKey(value) ? undefined : keys.find(value);
  return key && { kind: 'key', key, by: 'key', pass: null };
}

/** Who holds this short-lived token, or why it does not count; undefined for what is none. */
function holderOf(value: string, { tokens, settings }: At): CallerWithKey | KeyhatchError | 'malformed' | undefined {
  const found = tokens.find(value);
  const taken = settings['access.credentials'] !== 'keys';
  // Others' tokens are sent along by many clients: no mistake beside a key, nor where ours are not known at all.
  if (!found || found.kind === 'malformed') return found && taken ? 'malformed' : undefined;
  if (!taken) return new KeyhatchError('tokens_not_taken');
  switch (found.kind) {
    case 'valid':
      return { kind: 'key', key: { ...found.key, byOldSecret: false }, by: 'token', pass: found.pass };
    case 'expired':
      return new KeyhatchError('token_expired');
    default:
      return new KeyhatchError('token_revoked');
  }
}

function badOwnKey(value: string): KeyhatchError | undefined {
  const parsed = parseKey(value);
  if (parsed.kind === 'foreign') return undefined;
  if (parsed.prefix === 'kha') return new KeyhatchError('key_wrong_kind');
  return new KeyhatchError(parsed.kind === 'malformed' ? 'key_malformed' : 'key_unknown');
}

/**
 * Whether the key may be used now. Paused keys are known, so admit refuses them and the row says whose they were.
 * @throws KeyhatchError `key_wrong_kind`, `key_revoked`, `key_expired`
 */
export function checkStanding(key: GatewayKey, now: number): void {
  if (key.kind !== 'inference') throw new KeyhatchError('key_wrong_kind');
  if (key.status === 'revoked') throw new KeyhatchError('key_revoked', { details: { name: key.name } });
  if (key.status === 'expired' || (key.expiresAt !== null && key.expiresAt <= now)) {
    throw new KeyhatchError('key_expired', { details: { name: key.name } });
  }
}

// Stage 3: who asks. A key, this computer, anybody (when keys are not required) or nobody (on public paths). Values that
// are not ours are ignored beside one that is; what is revoked or expired is said only to a credential that matched.

import { type ErrorCode, KeyhatchError } from '../../shared/errors.ts';
import { isAdminKey, isPlaceholder, parseKey } from '../../shared/key-format.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import { collectCredentials } from './credentials.ts';
import type { Caller, Identified, Routed } from './exchange.ts';
import type { Lockout } from './lockout.ts';
import type { GatewayKey, KeyRegistry, PresentedKey } from './ports.ts';

export type IdentifyPorts = {
  readonly settings: () => Settings;
  readonly keys: KeyRegistry;
  readonly lockout: Lockout;
  readonly clock: Clock;
};

/** What a guess looks like. A missing key is none, and who sends a revoked or an expired one had it once. */
const guesses: ReadonlySet<ErrorCode> = new Set(['key_unknown', 'key_malformed', 'key_wrong_kind']);

export function identify(routed: Routed, ports: IdentifyPorts): Identified {
  try {
    return known(routed, ports);
  } catch (error) {
    const guessed = error instanceof KeyhatchError && guesses.has(error.code);
    // A program on this computer is told of its mistake each time; one that was forwarded here may be anybody.
    throw (guessed && !routed.trulyLocal ? ports.lockout.failed(routed.clientAddress) : undefined) ?? error;
  }
}

function known(routed: Routed, ports: IdentifyPorts): Identified {
  const settings = ports.settings();
  const presented = collectCredentials(routed.req).filter((value) => !isPlaceholder(value));
  const key = presented.length > 0 ? findKey(presented, ports.keys, settings, isPublic(routed, settings)) : undefined;
  if (key) {
    checkStanding(key, ports.clock.now());
    return { ...routed, caller: { kind: 'key', key } };
  }
  return { ...routed, caller: callerWithoutKey(routed, settings, presented.length > 0) };
}

function callerWithoutKey(routed: Routed, settings: Settings, presentedForeign: boolean): Caller {
  if (isPublic(routed, settings)) return { kind: 'nobody' };
  if (!settings['access.requireKey']) return { kind: 'anonymous' };
  // With the bypass on, a value that is not a valid key is a mistake worth showing, not a reason to let somebody in.
  if (presentedForeign) throw new KeyhatchError('key_unknown');
  if (settings['access.localhostBypass'] && routed.trulyLocal) return { kind: 'this_computer' };
  throw new KeyhatchError('key_missing');
}

/** Paths that answer without a key: they neither act nor reveal. */
function isPublic(routed: Routed, settings: Settings): boolean {
  const { own } = routed.route;
  if (own === 'health' || own === 'info' || own === 'greeting' || own === 'authority') return true;
  return settings['access.publicModels'] && routed.path === '/v1/models';
}

function findKey(
  presented: readonly string[],
  keys: KeyRegistry,
  settings: Settings,
  publicPath: boolean,
): PresentedKey | undefined {
  const locked = keys.locked();
  if (locked) {
    const openDoor = !settings['access.requireKey'] && presented.every((value) => parseKey(value).kind === 'foreign');
    if (publicPath || openDoor) return undefined;
    const { code, ...details } = locked;
    throw new KeyhatchError(code, { details });
  }
  const matched = new Map<string, PresentedKey>();
  let bad: KeyhatchError | undefined;
  for (const value of presented) {
    // By its spelling alone, so that nobody learns here whether there is such an admin key.
    const key = isAdminKey(value) ? undefined : keys.find(value);
    if (key) matched.set(key.id, key);
    else bad ??= badOwnKey(value);
  }
  if (bad) throw bad;
  if (matched.size > 1) throw new KeyhatchError('key_ambiguous');
  const [key] = matched.values();
  // In open mode clients still send whatever their key field holds; only one that looks like ours is a mistake.
  if (!key && settings['access.requireKey'] && !publicPath) throw new KeyhatchError('key_unknown');
  return key;
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

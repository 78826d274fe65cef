// What keys are checked with: HMAC-SHA-256(root, credential) of each, kept in the vault and looked up in memory. Knows
// neither names nor limits of keys, and never keeps a credential. Credentials for upstreams are none of its business:
// they lie in the vault as they are, under `upstream/<id>`.

import { createHmac, createSecretKey, hkdfSync, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto';
import { KeyhatchError } from '../../shared/errors.ts';
import { type Clock, systemClock } from '../lib/clock.ts';
import { type Log, silentLog } from '../lib/log.ts';
import { type Vault, vaultLocked } from './vault.ts';
import { isKeyId, type Verifier, verifiersPerEntry } from './verifier-lines.ts';
import { type Entries, openVerifierShelf, type Plan, type VerifierShelf } from './verifier-shelf.ts';

export type FoundKey = { readonly keyId: string; readonly until: number | null };

export type VerifierStore = {
  /** HMAC-SHA-256 of a credential under this profile's root, base64url. */
  readonly digest: (credential: string) => string;
  /** A key of 32 bytes for one purpose alone, HKDF-SHA-256 of the root. */
  readonly derive: (purpose: string) => KeyObject;
  /** Whose credential this is at `now` (epoch ms). Unknown, wrong and too long take the same work. */
  readonly find: (credential: string, now: number) => FoundKey | undefined;
  /** Whether a key has a current credential. */
  readonly has: (keyId: string) => boolean;
  /**
   * Sets a key's credential. The one before it counts until `previousUntil` (epoch ms), or no longer when that is null
   * or past; one older still is dropped.
   * @throws `key_value_unsuitable` when it is too long or another key has it; `vault_locked`, and nothing changed
   */
  readonly put: (keyId: string, credential: string, previousUntil: number | null) => Promise<void>;
  /** Forgets everything about a key. @throws `vault_locked`, and nothing changed */
  readonly remove: (keyId: string) => Promise<void>;
  /** Ends the grace of the credential before the present one. @throws `vault_locked`, and nothing changed */
  readonly endGrace: (keyId: string) => Promise<void>;
  /** Resolves when every change that was asked for has been written or has failed. */
  readonly settled: () => Promise<void>;
  /** Every key with a verifier, be it only one under grace. */
  readonly ids: () => string[];
  /** Drops verifiers whose grace is over at `now` (epoch ms); also rewrites entries whose last write had failed. */
  readonly expire: (now: number) => Promise<void>;
};

export const rootName = 'root';
const rootBytes = 32;
const credentialMaxChars = 512;

/**
 * Reads all verifiers from the vault. Makes the root when there is no key and no verifier yet.
 * @param knownKeyIds keys that were made in this profile: with one of them, an empty vault is a locked one
 * @throws `vault_locked` when the vault fails or lacks what was kept in it
 */
export async function openVerifierStore(options: {
  readonly vault: Vault;
  readonly knownKeyIds: readonly string[];
  readonly log?: Log;
  readonly clock?: Clock;
}): Promise<VerifierStore> {
  const { vault, knownKeyIds, log = silentLog, clock = systemClock } = options;
  const kept = await readRoot(vault, knownKeyIds.length > 0);
  const shelf = await openVerifierShelf(vault, log);
  const root = kept ?? (await makeRoot(vault, shelf));
  const hmac = (credential: string) => createHmac('sha256', root).update(credential).digest();
  const digest = (credential: string) => hmac(credential).toString('base64url');
  return {
    digest,
    derive: (purpose) => createSecretKey(Buffer.from(hkdfSync('sha256', root, '', `keyhatch ${purpose}`, rootBytes))),
    find: (credential, now) => findKey(shelf, hmac, credential, now),
    has: (keyId) => shelf.entries().some((entry) => entry.some((one) => isCurrent(one, keyId))),
    async put(keyId, credential, previousUntil) {
      refuseUnfit(keyId, credential);
      const current = { keyId, digest: digest(credential), until: null };
      await shelf.change(() => planPut(shelf, current, previousUntil, clock.now()));
    },
    remove: (keyId) => shelf.change(() => ({ entries: without(shelf.entries(), (one) => one.keyId === keyId) })),
    endGrace: (keyId) =>
      shelf.change(() => ({
        entries: without(shelf.entries(), (one) => one.keyId === keyId && one.until !== null),
      })),
    settled: () => shelf.change(() => ({ entries: shelf.entries() })).catch(() => {}),
    ids: () => [...new Set(shelf.entries().flatMap((entry) => entry.map((one) => one.keyId)))],
    expire: (now) => shelf.change(() => ({ entries: without(shelf.entries(), (one) => isOver(one, now)) })),
  };
}

async function readRoot(vault: Vault, keysExist: boolean): Promise<KeyObject | undefined> {
  const text = await vault.get(rootName);
  if (text === null && keysExist) {
    const reason = 'it holds nothing for this profile, although keys were made here. It may be locked or not the same';
    throw vaultLocked(vault.kind, reason);
  }
  if (text === null) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== rootBytes) throw vaultLocked(vault.kind, 'its entry "root" is damaged. Restore it from a copy');
  return createSecretKey(bytes);
}

// Read back, because what does not keep the root would turn every key that is made from now on into a dead one.
async function makeRoot(vault: Vault, shelf: VerifierShelf): Promise<KeyObject> {
  if (shelf.entries().length > 0) {
    throw vaultLocked(vault.kind, 'its entry "root" is missing, although keys were made here. Restore it from a copy');
  }
  const text = randomBytes(rootBytes).toString('base64url');
  await vault.set(rootName, text);
  if ((await vault.get(rootName)) !== text) throw vaultLocked(vault.kind, 'it does not keep what is written to it');
  return createSecretKey(Buffer.from(text, 'base64url'));
}

// Every credential is hashed, looked up and compared once, found or not, so that the time taken tells nothing.
function findKey(
  shelf: VerifierShelf,
  hmac: (credential: string) => Buffer,
  credential: string,
  now: number,
): FoundKey | undefined {
  const fits = credential.length <= credentialMaxChars;
  const digest = hmac(fits ? credential : credential.slice(0, credentialMaxChars));
  const found = shelf.find(digest.toString('base64url'));
  const same = timingSafeEqual(digest, found?.bytes ?? Buffer.alloc(digest.length));
  if (!found || !same || !fits || isOver(found.verifier, now)) return undefined;
  return { keyId: found.verifier.keyId, until: found.verifier.until };
}

function refuseUnfit(keyId: string, credential: string): void {
  if (!isKeyId(keyId)) throw new Error('a key id has 8 letters and digits');
  if (credential.length > credentialMaxChars) {
    const details = { reason: `it has more than ${credentialMaxChars} characters` };
    throw new KeyhatchError('key_value_unsuitable', { details });
  }
}

function planPut(shelf: VerifierShelf, current: Verifier, previousUntil: number | null, now: number): Plan {
  const { keyId, digest } = current;
  const holder = shelf.find(digest)?.verifier;
  if (holder && holder.keyId !== keyId && !isOver(holder, now)) {
    throw new KeyhatchError('key_value_unsuitable', { details: { reason: 'another key has it already' } });
  }
  const entries = shelf.entries();
  const home = entries.findIndex((entry) => entry.some((one) => isCurrent(one, keyId)));
  const former = entries[home]?.find((one) => isCurrent(one, keyId));
  const cleared = without(entries, (one) => one.keyId === keyId || one.digest === digest);
  const placed = place(cleared, current, home);
  if (!former || former.digest === digest || previousUntil === null || previousUntil <= now) {
    return { entries: placed.entries, first: [placed.at] };
  }
  // The copy under grace is written before the entry that loses the original: wherever it is cut off, the former
  // credential is still there, at most twice.
  const graced = place(placed.entries, { ...former, until: previousUntil }, placed.at);
  return { entries: graced.entries, first: [graced.at, placed.at] };
}

// Into the entry that is asked for, else the first with a free place, else a new one.
function place(
  entries: Entries,
  verifier: Verifier,
  wanted: number,
): { readonly entries: Entries; readonly at: number } {
  const hasRoom = (entry: readonly Verifier[]) => entry.length < verifiersPerEntry;
  const free = entries.findIndex((entry, n) => n === wanted && hasRoom(entry));
  const found = free >= 0 ? free : entries.findIndex(hasRoom);
  const at = found >= 0 ? found : entries.length;
  return { entries: entries.toSpliced(at, 1, [...(entries[at] ?? []), verifier]), at };
}

function without(entries: Entries, isGone: (one: Verifier) => boolean): Entries {
  return entries.map((entry) => (entry.some(isGone) ? entry.filter((one) => !isGone(one)) : entry));
}

function isCurrent(one: Verifier, keyId: string): boolean {
  return one.keyId === keyId && one.until === null;
}

function isOver(one: Verifier, now: number): boolean {
  return one.until !== null && one.until <= now;
}

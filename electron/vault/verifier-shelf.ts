// The verifiers as they lie in the vault, and the same in memory. A change is written first and counts when all of it
// was. Knows nothing of roots, credentials or the clock.
//
// In the vault: `verifiers/<n>`, any of which may be missing because it became empty, and `verifiers`, a number above
// every n in use. It is raised before an entry beyond it is written and lowered after the last ones were deleted; should
// it be missing, entries are read up to the first gap.

import type { Log } from '../lib/log.ts';
import { createTurns } from '../lib/turns.ts';
import type { Vault } from './vault.ts';
import { parseVerifiers, printVerifiers, type Verifier } from './verifier-lines.ts';

export type Entries = readonly (readonly Verifier[])[];

/** Entries as they are to be, and which of the changed ones to write before the others, in that order. */
export type Plan = { readonly entries: Entries; readonly first?: readonly number[] };

export type VerifierShelf = {
  readonly entries: () => Entries;
  readonly find: (digest: string) => { readonly verifier: Verifier; readonly bytes: Buffer } | undefined;
  /** Makes a plan when its turn has come and carries it out; rejects as the vault does, and then nothing changed. */
  readonly change: (plan: () => Plan) => Promise<void>;
};

type Stored = {
  readonly entries: Entries;
  /** The least that `verifiers` may say in the vault: a write that failed may have been done all the same. */
  readonly sureCount: number;
  /** Entries whose text in the vault may not be the one in memory. */
  readonly unsure: ReadonlySet<number>;
};

const countName = 'verifiers';
const entryName = (n: number) => `${countName}/${n}`;
// 300,000 keys; a number beyond it is damage, not a reason to read for hours.
const entriesMax = 10_000;

/** Reads every verifier. Lines that are none are reported without their content and left out. */
export async function openVerifierShelf(vault: Vault, log: Log): Promise<VerifierShelf> {
  const inTurn = createTurns();
  let stored = await readStored(vault, log);
  let index = indexOf(stored.entries);
  return {
    entries: () => stored.entries,
    find: (digest) => index.get(digest),
    change: (plan) =>
      inTurn(async () => {
        const { entries, first = [] } = plan();
        const before = stored;
        const changed = changedEntries(before, entries);
        // Until all is written, nobody knows of any of these which text the vault has.
        stored = { ...before, unsure: new Set([...before.unsure, ...changed]) };
        const sureCount = await write(vault, before.sureCount, entries, [...new Set([...first, ...changed])]);
        stored = { entries, sureCount, unsure: new Set() };
        index = indexOf(entries);
        await trim();
      }),
  };

  async function trim(): Promise<void> {
    const inUse = stored.entries.findLastIndex((entry) => entry.length > 0) + 1;
    if (inUse >= stored.sureCount) return;
    stored = { ...stored, entries: stored.entries.slice(0, inUse), sureCount: inUse };
    try {
      await (inUse === 0 ? vault.delete(countName) : vault.set(countName, String(inUse)));
    } catch {
      // The change itself is done, and a number that is too high only costs a few reads.
    }
  }
}

async function readStored(vault: Vault, log: Log): Promise<Stored> {
  const text = await vault.get(countName);
  const count = text !== null && /^\d{1,5}$/.test(text) && Number(text) <= entriesMax ? Number(text) : undefined;
  if (text !== null && count === undefined) log.warn('the number of verifier entries in the vault cannot be read');
  const entries: Verifier[][] = [];
  for (let n = 0; n < (count ?? entriesMax); n++) {
    const entry = await vault.get(entryName(n));
    if (entry === null && count === undefined) break;
    const onBadLine = (line: number) =>
      log.warn('a verifier in the vault cannot be read, and its key will not open the gateway: rotate that key', {
        entry: entryName(n),
        line,
      });
    entries.push(entry === null ? [] : parseVerifiers(entry, onBadLine));
  }
  return { ...settleTwins(entries), sureCount: count ?? 0 };
}

// A rotation that was cut off leaves one credential twice, current and under grace. The one that lasts longer stands.
function settleTwins(entries: Entries): Pick<Stored, 'entries' | 'unsure'> {
  const standing = new Map<string, Verifier>();
  const end = (one: Verifier) => one.until ?? Number.POSITIVE_INFINITY;
  for (const one of entries.flat()) {
    const twin = standing.get(one.digest);
    if (!twin || end(one) > end(twin)) standing.set(one.digest, one);
  }
  const settled = entries.map((entry) => entry.filter((one) => standing.get(one.digest) === one));
  return { entries: settled, unsure: new Set([...entries.keys()].filter((n) => !sameText(entries[n], settled[n]))) };
}

function indexOf(entries: Entries) {
  return new Map(
    entries.flat().map((verifier) => [verifier.digest, { verifier, bytes: Buffer.from(verifier.digest, 'base64url') }]),
  );
}

function changedEntries({ entries, unsure }: Stored, next: Entries): number[] {
  const all = new Set([...unsure, ...entries.keys(), ...next.keys()]);
  return [...all].filter((n) => unsure.has(n) || !sameText(entries[n], next[n])).sort((a, b) => a - b);
}

function sameText(one: readonly Verifier[] = [], other: readonly Verifier[] = []): boolean {
  return one === other || printVerifiers(one) === printVerifiers(other);
}

async function write(vault: Vault, sureCount: number, next: Entries, order: readonly number[]): Promise<number> {
  const needsCount = next.length > sureCount;
  if (needsCount) await vault.set(countName, String(next.length));
  for (const n of order) {
    const text = printVerifiers(next[n] ?? []);
    await (text === '' ? vault.delete(entryName(n)) : vault.set(entryName(n), text));
  }
  return needsCount ? next.length : sureCount;
}

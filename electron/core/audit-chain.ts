// The chain of the audit log, as a computation: the link of each entry is HMAC-SHA-256(key, link before ‖ entry), and the
// first link of a chain begins with the digest of everything before it. Knows neither database nor vault.

import { createHash, createHmac, type Hash, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { AuditBreak, AuditLinkHow } from '../../shared/audit-model.ts';

/** An entry as it lies in the database; `entry` is canonical JSON. */
export type EntryRow = { readonly seq: number; readonly at: number; readonly entry: string };
/** `mac`: 32 bytes as base64url. */
export type Link = {
  readonly chain: number;
  readonly seq: number;
  readonly how: AuditLinkHow;
  readonly mac: string;
};
/** An entry and its link of the chain that is looked at. */
export type LinkedRow = EntryRow & { readonly link: Pick<Link, 'how' | 'mac'> | null };

export type Broken = { readonly kind: AuditBreak; readonly seq: number | null };

export function linkOf(key: KeyObject, before: string, chain: number, how: AuditLinkHow, row: EntryRow): Link {
  const mac = createHmac('sha256', key)
    .update(Buffer.from(before, 'base64url'))
    .update(`${chain}\n${how}\n${row.seq}\n${row.at}\n${row.entry}`)
    .digest('base64url');
  return { chain, seq: row.seq, how, mac };
}

export function sameMac(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'base64url'), Buffer.from(other, 'base64url')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The digest of all entries before a chain, for its first link. */
export function createEarlierDigest() {
  const hash: Hash = createHash('sha256');
  return {
    add: ({ seq, at, entry }: EntryRow) => void hash.update(`${seq}\n${at}\n${entry}\n`),
    end: () => hash.digest('base64url'),
  };
}

/** Which of a key's chains a head in the vault speaks of, without saying anything of the key. */
export const keyMark = (key: KeyObject) =>
  createHmac('sha256', key).update('which key this is').digest().subarray(0, 9).toString('base64url');

export type ChainFacts = {
  readonly key: KeyObject;
  readonly chain: number;
  /** Where the chain begins; entries before it are held by its first link. */
  readonly firstSeq: number;
  /** The newest link, as memory or the vault knows it. */
  readonly tail: { readonly seq: number; readonly mac: string };
};

export type Walked = {
  readonly broken: Broken | null;
  readonly earlier: number;
  readonly chained: number;
  readonly late: number;
  readonly imported: number;
  readonly waiting: number;
};

/** Walks over entries from the oldest on: `add` each once, in order, then `end`. Stops counting at the first break. */
export function walkChain({ key, chain, firstSeq, tail }: ChainFacts) {
  const digest = createEarlierDigest();
  const counts = { earlier: 0, chained: 0, late: 0, imported: 0, waiting: 0 };
  let broken: Broken | null = null;
  let before: string | undefined;
  let lastSeq = firstSeq - 1;
  let linkedSeq = lastSeq;

  function judge(row: LinkedRow): Broken | null {
    if (row.seq < firstSeq) {
      digest.add(row);
      counts.earlier += 1;
      return null;
    }
    if (row.seq !== lastSeq + 1) return { kind: 'missing', seq: lastSeq + 1 };
    lastSeq = row.seq;
    before ??= digest.end();
    if (row.seq > tail.seq) {
      counts.waiting += 1;
      return row.link === null ? null : { kind: 'changed', seq: row.seq };
    }
    if (row.link === null) return { kind: 'missing', seq: row.seq };
    const expected = linkOf(key, before, chain, row.link.how, row);
    if (!sameMac(expected.mac, row.link.mac)) {
      const onlyEarlier = row.seq === firstSeq && counts.earlier > 0;
      return onlyEarlier ? { kind: 'earlier', seq: null } : { kind: 'changed', seq: row.seq };
    }
    before = expected.mac;
    linkedSeq = row.seq;
    counts.chained += 1;
    if (row.link.how !== 'at_once') counts[row.link.how] += 1;
    return null;
  }

  return {
    add(row: LinkedRow): void {
      broken ??= judge(row);
    },
    end(): Walked {
      const ends = before ?? digest.end();
      if (linkedSeq < tail.seq) broken ??= { kind: 'cut', seq: linkedSeq + 1 };
      else if (!sameMac(ends, tail.mac))
        broken ??= counts.chained === 0 ? { kind: 'earlier', seq: null } : { kind: 'changed', seq: tail.seq };
      return { broken, ...counts };
    },
  };
}

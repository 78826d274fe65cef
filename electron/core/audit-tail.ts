// Where a chain that is kept ends: read from the database and held against what the vault says of it. Changes nothing.

import type { KeyObject } from 'node:crypto';
import type { AuditHead } from '../../shared/audit-model.ts';
import {
  type Broken,
  type ChainFacts,
  createEarlierDigest,
  type Link,
  type LinkedRow,
  linkOf,
  sameMac,
} from './audit-chain.ts';

export type ChainStore = {
  /** In order, after `seq`, with their links of one chain. */
  readonly rowsAfter: (seq: number, limit: number, chain: number) => readonly LinkedRow[];
  readonly lastLink: () => Link | undefined;
  readonly linkAt: (chain: number, seq: number) => Link | undefined;
  readonly lastSeq: () => number;
};

export const rowsAtOnce = 1_000;

/** All entries after one, page by page. */
function* rowsFrom(store: ChainStore, seq: number, chain: number): Generator<LinkedRow> {
  let rows = store.rowsAfter(seq, rowsAtOnce, chain);
  for (; rows.length > 0; rows = store.rowsAfter(rows.at(-1)?.seq ?? seq, rowsAtOnce, chain)) yield* rows;
}

/** What the first link of a chain begins with: the digest of every entry before it. */
export function digestBefore(store: ChainStore, seq: number): string {
  const digest = createEarlierDigest();
  for (const row of rowsFrom(store, 0, 0)) {
    if (row.seq >= seq) break;
    digest.add(row);
  }
  return digest.end();
}

/** Whether this key made a link. */
export function isChainedWith(store: ChainStore, key: KeyObject, { chain, seq, how, mac }: Link): boolean {
  const [row] = store.rowsAfter(seq - 1, 1, chain);
  const before = store.linkAt(chain, seq - 1)?.mac ?? digestBefore(store, seq);
  return row?.seq === seq && sameMac(linkOf(key, before, chain, how, row).mac, mac);
}

/** The chain that a head speaks of, with what a crash left chained after it; or why it does not go that far. */
export function findTail(store: ChainStore, key: KeyObject, head: AuditHead): ChainFacts | Broken {
  const { chain, first, seq, mac } = head;
  if (store.lastSeq() < seq) return { kind: 'cut', seq: store.lastSeq() + 1 };
  const found = seq < first ? digestBefore(store, first) : store.linkAt(chain, seq)?.mac;
  if (found === undefined || !sameMac(found, mac)) {
    const lastSeq = store.lastLink()?.seq ?? 0;
    if (seq < first) return { kind: 'earlier', seq: null };
    return lastSeq < seq ? { kind: 'cut', seq: lastSeq + 1 } : { kind: 'changed', seq };
  }
  let tail = { seq, mac };
  for (const row of rowsFrom(store, seq, chain)) {
    if (row.link === null) break;
    const expected = linkOf(key, tail.mac, chain, row.link.how, row);
    if (row.seq !== tail.seq + 1 || !sameMac(expected.mac, row.link.mac)) return { kind: 'changed', seq: row.seq };
    tail = { seq: row.seq, mac: expected.mac };
  }
  return { key, chain, firstSeq: first, tail };
}

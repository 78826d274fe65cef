// The audit log: chains each entry of the history as it is made, and says whether the chain is whole. While the vault is
// locked entries stay unchained, and are chained once it opens. A chain that ends before the vault's head is broken, and
// stays so until its owner begins a new one. Never keeps an entry from being made.

import type { KeyObject } from 'node:crypto';
import type { AuditHead, AuditReport } from '../../shared/audit-model.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { HistoryEntry } from '../../shared/history-model.ts';
import type { Log } from '../lib/log.ts';
import { type Broken, type ChainFacts, type EntryRow, keyMark, type Link, linkOf, walkChain } from './audit-chain.ts';
import { createHeadKeeper, type HeadSecrets } from './audit-head.ts';
import { type ChainStore, digestBefore, findTail, isChainedWith, rowsAtOnce } from './audit-tail.ts';
import { reportOf } from './audit-words.ts';

export type AuditStore = ChainStore & {
  /** Writes an entry and the link that is made of it, both or neither. */
  readonly add: (entry: Omit<HistoryEntry, 'seq'>, link?: (row: EntryRow) => Link) => void;
  readonly addLinks: (links: readonly Link[]) => void;
  /** Up to where entries were there before they were chained. */
  readonly importedTo: () => number;
};

export type AuditPorts = {
  readonly store: AuditStore;
  /** The key of the chain, under the vault's root; undefined before the vault has opened. */
  readonly key: () => KeyObject | undefined;
  readonly secrets: HeadSecrets;
  /** Whether the vault forgets all at the end, so that every run has a chain of its own. */
  readonly forgets: boolean;
  /** Makes an entry about the log itself. */
  readonly note: (action: 'chain_begun' | 'chain_broken', detail: string) => void;
  readonly log: Log;
};

export type Audit = {
  readonly add: (entry: Omit<HistoryEntry, 'seq'>) => void;
  /** To be called each time the vault has opened. Never rejects. */
  readonly vaultOpened: () => Promise<void>;
  readonly verify: () => Promise<AuditReport>;
  /** A new chain, held to what is there now. @throws KeyhatchError `vault_locked` */
  readonly beginAnew: () => Promise<AuditReport>;
  /** Writes how far it went. */
  readonly close: () => Promise<void>;
};

type State =
  | { readonly at: 'closed' }
  | { readonly at: 'open'; readonly chain: ChainFacts }
  | { readonly at: 'broken'; readonly what: Broken; readonly head: AuditHead; readonly key: KeyObject };

export function createAudit(ports: AuditPorts): Audit {
  const { store, log } = ports;
  let state: State = { at: 'closed' };
  let opening: Promise<void> = Promise.resolve();
  const head = createHeadKeeper({ secrets: ports.secrets, current: () => currentHead(state), log });

  function add(entry: Omit<HistoryEntry, 'seq'>): void {
    if (state.at !== 'open') {
      store.add(entry);
      return;
    }
    const { key, tail, chain } = state.chain;
    let made: Link | undefined;
    store.add(entry, (row) => {
      made = linkOf(key, tail.mac, chain, 'at_once', row);
      return made;
    });
    // Not before it is written.
    if (made) moveTo(state.chain, made);
  }

  function moveTo(chain: ChainFacts, { seq, mac }: Link): void {
    state = { at: 'open', chain: { ...chain, tail: { seq, mac } } };
    head.moved();
  }

  /** Goes on with a chain, and chains what lies unchained after it. */
  function takeUp(chain: ChainFacts): void {
    state = { at: 'open', chain };
    const importedTo = store.importedTo();
    let { tail } = chain;
    for (;;) {
      const links = store.rowsAfter(tail.seq, rowsAtOnce, chain.chain).map((row) => {
        const link = linkOf(chain.key, tail.mac, chain.chain, row.seq <= importedTo ? 'imported' : 'late', row);
        tail = { seq: link.seq, mac: link.mac };
        return link;
      });
      const last = links.at(-1);
      if (!last) return;
      store.addLinks(links);
      moveTo(chain, last);
    }
  }

  /** A new chain, held to the entries before one. The vault knows of it before the first link is made. */
  async function begin(key: KeyObject, firstSeq: number): Promise<void> {
    const tail = { seq: firstSeq - 1, mac: digestBefore(store, firstSeq) };
    const chain = { key, chain: (store.lastLink()?.chain ?? 0) + 1, firstSeq, tail };
    await head.begin(headOf(chain));
    takeUp(chain);
  }

  /** What the log was under the key before, as far as this run knows it. */
  async function lastWords(key: KeyObject): Promise<string> {
    if (state.at === 'closed' || ports.forgets) return '';
    if (keyMark(state.at === 'open' ? state.chain.key : state.key) === keyMark(key)) return '';
    // While it is walked over entries still join the old chain.
    return ` The log before it: ${(await look()).says}`;
  }

  async function openWith(key: KeyObject): Promise<void> {
    const before = await lastWords(key);
    state = { at: 'closed' };
    const kept = await head.read();
    const last = store.lastLink();
    if (!kept && !last) return begin(key, 1);
    const sameKey = kept ? kept.key === keyMark(key) : last !== undefined && isChainedWith(store, key, last);
    if (!sameKey) {
      await begin(key, store.lastSeq() + 1);
      if (!ports.forgets)
        ports.note('chain_begun', `the vault has another root than before, as after a restore.${before}`);
      return;
    }
    if (kept?.broken) {
      state = { at: 'broken', what: kept.broken, head: kept, key };
      return;
    }
    const found = kept ? findTail(store, key, kept) : ({ kind: 'head_lost', seq: null } as const);
    if ('tail' in found) takeUp(found);
    else breakAt(found, kept ?? { ...unknownHead, chain: last?.chain ?? 1, key: keyMark(key) }, key);
  }

  function breakAt(what: Broken, last: AuditHead, key: KeyObject): void {
    state = { at: 'broken', what, head: last, key };
    log.error('the audit log does not go as far as it did', what);
    ports.note('chain_broken', reportOf({ state: 'broken', broken: what }).says);
    head.moved();
  }

  async function verify(): Promise<AuditReport> {
    await opening;
    return look();
  }

  async function look(): Promise<AuditReport> {
    const entries = store.lastSeq();
    const waiting = Math.max(0, entries - (store.lastLink()?.seq ?? 0));
    if (state.at === 'broken') return reportOf({ state: 'broken', broken: state.what, entries, waiting });
    if (state.at === 'closed') return reportOf({ state: 'unknown', entries, waiting });
    // As it is now, whatever is added while it is walked over.
    const { chain } = state;
    const walk = walkChain(chain);
    for (let after = 0; after < entries; after += rowsAtOnce) {
      for (const row of store.rowsAfter(after, rowsAtOnce, chain.chain)) if (row.seq <= entries) walk.add(row);
      await letOthers();
    }
    const { broken, ...counts } = walk.end();
    const reached = counts.chained === 0 ? null : { chain: chain.chain, seq: chain.tail.seq };
    const whole = counts.earlier + counts.chained + counts.waiting;
    return reportOf({
      ...counts,
      entries: broken ? entries : whole,
      state: broken ? 'broken' : 'intact',
      broken,
      head: reached,
    });
  }

  return {
    add,
    verify,
    vaultOpened() {
      const key = ports.key();
      if (!key) return opening;
      opening = opening
        .then(() => openWith(key))
        .catch((error: unknown) => log.warn('the audit log could not be chained; its entries are kept', { error }));
      return opening;
    },
    async beginAnew() {
      await opening;
      if (state.at === 'closed') {
        const details = { vault: 'the vault', reason: 'the key of the audit log has not been read from it' };
        throw new KeyhatchError('vault_locked', { details });
      }
      await begin(state.at === 'open' ? state.chain.key : state.key, store.lastSeq() + 1);
      ports.note('chain_begun', 'its owner began it anew');
      await head.flush();
      return verify();
    },
    async close() {
      await opening;
      await head.flush();
    },
  };
}

const unknownHead = { version: 1, first: 1, seq: 0, mac: '', broken: null } as const;

const headOf = ({ key, chain, firstSeq, tail }: ChainFacts): AuditHead => ({
  version: 1,
  chain,
  first: firstSeq,
  seq: tail.seq,
  mac: tail.mac,
  key: keyMark(key),
  broken: null,
});

function currentHead(state: State): AuditHead | undefined {
  if (state.at === 'closed') return undefined;
  return state.at === 'open' ? headOf(state.chain) : { ...state.head, broken: state.what };
}

const letOthers = () => new Promise<void>((resolve) => setImmediate(resolve));

// Notes who changed what, and answers what was noted. Compares before and after itself, so that no caller can forget a
// member; texts are scrubbed. What cannot be noted is logged: the change has been made by then.

import type { HistoryChange, HistoryEntry, HistoryPage, HistoryQuery } from '../../shared/history-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Acting } from '../lib/acting.ts';
import { canonicalJson } from '../lib/canonical-json.ts';
import type { Clock } from '../lib/clock.ts';
import { type Log, scrub } from '../lib/log.ts';

type Json = HistoryChange['before'];
/** Facts of a subject before and after; undefined where it was not there. */
type Facts = object | undefined;

export type HistoryNote = Pick<HistoryEntry, 'action' | 'subject'> & {
  readonly before?: Facts;
  readonly after?: Facts;
  /** What it was in particular, where the actor says nothing of it. */
  readonly detail?: string;
};

/** For whoever changes something that its owner may ask about later. */
export type RecordHistory = (note: HistoryNote) => void;

export type History = {
  readonly record: RecordHistory;
  readonly list: (query: HistoryQuery) => HistoryPage;
  /** Notes it unless the same was noted of this subject before; true when it was new. */
  readonly recordOnce: (note: HistoryNote & { readonly detail: string }) => boolean;
  /** To be called when settings changed. */
  readonly settingsChanged: (names: readonly (keyof Settings)[]) => void;
};

export type HistoryPorts = {
  readonly store: {
    readonly add: (entry: Omit<HistoryEntry, 'seq'>) => void;
    readonly page: (query: HistoryQuery, nowMs: number) => HistoryPage;
    readonly has: (subjectId: string, action: string, detail: string) => boolean;
  };
  readonly settings: () => Settings;
  readonly acting: Acting;
  readonly clock: Clock;
  readonly log: Log;
};

export function createHistory(ports: HistoryPorts): History {
  const { store, acting, clock, log } = ports;
  let lastSettings = ports.settings();

  function record({ action, subject, before, after, detail }: HistoryNote): void {
    const actor = acting.current();
    try {
      store.add({
        at: clock.now(),
        actor: actor.kind,
        detail: detail ?? (actor.detail === null ? null : scrub(actor.detail)),
        action,
        subject: { ...subject, name: scrub(subject.name) },
        changes: changesBetween(before, after),
      });
    } catch (error) {
      log.error('a change could not be noted in the history', { action, subject: subject.id, error });
    }
  }

  return {
    record,
    list: (query) => store.page(query, clock.now()),
    recordOnce(note) {
      if (store.has(note.subject.id, note.action, note.detail)) return false;
      record(note);
      return true;
    },
    settingsChanged(names) {
      const [before, after] = [lastSettings, ports.settings()];
      lastSettings = after;
      // Model servers are noted one by one where they are changed.
      for (const name of names.filter((one) => one !== 'upstreams.list')) {
        const subject = { kind: 'setting', id: name, name } as const;
        record({ action: 'changed', subject, before: { value: before[name] }, after: { value: after[name] } });
      }
    },
  };
}

/** Facts that change by being used, or that say nothing about what somebody did. */
const notChanges: ReadonlySet<string> = new Set([
  'id',
  'lastUsedAt',
  'lastUsedFrom',
  'lastUsedBy',
  'oldSecretUsedAt',
  'oldSecretUsedFrom',
  'oldSecretUsedBy',
  'status',
  'pausedByOther',
  'setByOther',
]);

function changesBetween(before: Facts = {}, after: Facts = {}): HistoryChange[] {
  const [old, fresh] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const members = [...new Set([...old.keys(), ...fresh.keys()])].filter((member) => !notChanges.has(member));
  return members.flatMap((member) => {
    const [was, is] = [plain(old.get(member)), plain(fresh.get(member))];
    return canonicalJson(was) === canonicalJson(is) ? [] : [{ member, before: was, after: is }];
  });
}

// What JSON keeps of a value, without anything that looks like a credential.
function plain(value: unknown): Json {
  if (value === undefined) return null;
  return JSON.parse(JSON.stringify(value), (_name, part: unknown) =>
    typeof part === 'string' ? scrub(part) : part,
  ) as Json;
}

// Whose prompts and answers are kept, and until when: switched on by the owner for one key at a time, never without an end,
// seen by everybody while it is on. Keeps nothing itself: capture-shelf.ts does.

import type { CaptureMark, CaptureState, Conversation } from '../../shared/capture-model.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';
import type { CapturedRequest, CaptureShelf } from './capture-shelf.ts';
import type { RecordHistory } from './history.ts';

export type CapturePorts = {
  readonly shelf: CaptureShelf;
  readonly table: {
    readonly windows: () => readonly { readonly keyId: string; readonly until: number }[];
    readonly openWindow: (keyId: string, until: number) => void;
    readonly closeWindow: (keyId: string) => void;
    readonly totals: () => { readonly requests: number; readonly keptBytes: number };
    readonly pruneBefore: (beforeMs: number) => Promise<void>;
  };
  /** By id or name. @throws KeyhatchError `key_not_found`, `name_ambiguous` */
  readonly findKey: (ref: string) => { readonly id: string; readonly name: string };
  /** Undefined once it is deleted. */
  readonly keyName: (id: string) => string | undefined;
  readonly vaultLocked: () => { readonly vault: string; readonly reason: string } | undefined;
  readonly settings: () => Settings;
  readonly record: RecordHistory;
  readonly clock: Clock;
  readonly log: Log;
  /** The mark, or what is kept, is another now. */
  readonly onChange: () => void;
};

export type Capture = {
  /** For the gateway: whether this caller's requests are kept now. From memory. */
  readonly wants: (caller: { readonly kind: string; readonly key?: { readonly id: string } }) => boolean;
  readonly keep: (captured: CapturedRequest) => void;
  readonly mark: () => CaptureMark;
  readonly state: () => Promise<CaptureState>;
  /** @throws KeyhatchError `key_not_found`, `name_ambiguous`, `capture_impossible` */
  readonly start: (ref: string, forMs: number) => Promise<CaptureState>;
  readonly stop: (ref: string) => Promise<CaptureState>;
  /** Ends all capture, deletes what is kept and destroys its key. @throws KeyhatchError `capture_impossible` */
  readonly wipe: () => Promise<{ readonly requests: number }>;
  /** @throws KeyhatchError `capture_not_found`, `capture_impossible` */
  readonly conversation: (id: string) => Promise<Conversation>;
  /** To be called when the vault has opened: what outlived a restart goes on, or is cleared where its key has gone. */
  readonly vaultOpened: () => void;
  /** Deletes what is older than it may be, and what ended. */
  readonly prune: () => Promise<void>;
};

const dayMs = 86_400_000;

export function createCapture(ports: CapturePorts): Capture {
  const { shelf, table, clock, log } = ports;
  const windows = new Map(table.windows().map(({ keyId, until }) => [keyId, until]));
  const isOn = (keyId: string) => (windows.get(keyId) ?? 0) > clock.now();

  function mark(): CaptureMark {
    const on = [...windows].flatMap(([keyId, until]) => {
      const keyName = isOn(keyId) ? ports.keyName(keyId) : undefined;
      return keyName === undefined ? [] : [{ keyId, keyName, until }];
    });
    const locked = on.length > 0 && !shelf.isOpen() ? (ports.vaultLocked() ?? notOpen) : undefined;
    return { on, problem: locked === undefined ? null : impossible(locked).message };
  }

  async function state(): Promise<CaptureState> {
    await shelf.flush();
    const settings = ports.settings();
    const limits = { maxBytes: settings['capture.maxBytes'], retentionDays: settings['capture.retentionDays'] };
    return { ...mark(), ...table.totals(), ...limits };
  }

  function close(keyId: string): void {
    windows.delete(keyId);
    table.closeWindow(keyId);
  }

  function note(action: string, id: string, name: string, after?: object): void {
    ports.record({ action, subject: { kind: 'key', id, name }, after });
  }

  async function openShelf(make: boolean): Promise<void> {
    const locked = ports.vaultLocked();
    if (locked) throw impossible(locked);
    await shelf.open(make).catch((error: unknown) => {
      throw asImpossible(error);
    });
  }

  return {
    wants(caller) {
      if (!shelf.isOpen()) return false;
      return caller.kind === 'replay' || (caller.key !== undefined && isOn(caller.key.id));
    },
    keep: shelf.keep,
    mark,
    state,
    async start(ref, forMs) {
      const { id, name } = ports.findKey(ref);
      await openShelf(true);
      const until = clock.now() + forMs;
      table.openWindow(id, until);
      windows.set(id, until);
      note('capture_started', id, name, { capturedUntil: until });
      log.warn('prompts and answers of a key are being captured', { key: name, until: new Date(until).toISOString() });
      ports.onChange();
      return state();
    },
    async stop(ref) {
      const { id, name } = ports.findKey(ref);
      if (isOn(id)) note('capture_stopped', id, name);
      close(id);
      log.info('prompts and answers of a key are no longer captured', { key: name });
      ports.onChange();
      return state();
    },
    async wipe() {
      for (const keyId of [...windows.keys()]) close(keyId);
      ports.onChange();
      const requests = await shelf.wipe().catch((error: unknown) => {
        throw asImpossible(error);
      });
      log.info('what was captured has been wiped', { requests });
      const subject = { kind: 'profile', id: 'profile', name: 'captured requests' } as const;
      ports.record({ action: 'capture_wiped', subject, before: { requests } });
      ports.onChange();
      return { requests };
    },
    async conversation(id) {
      await openShelf(false);
      const found = await shelf.read(id);
      if (!found) throw new KeyhatchError('capture_not_found', { details: { id } });
      return found;
    },
    vaultOpened() {
      const open = mark().on.length > 0;
      if (!open && table.totals().requests === 0) return;
      void shelf.open(open).then(ports.onChange, (error: unknown) => log.warn('capture could not go on', { error }));
    },
    async prune() {
      for (const [keyId, until] of [...windows]) if (until <= clock.now()) close(keyId);
      await table.pruneBefore(clock.now() - ports.settings()['capture.retentionDays'] * dayMs);
    },
  };
}

const notOpen = { vault: 'the vault', reason: 'the key that it is sealed with is not there yet' };

function impossible(details: { readonly vault: string; readonly reason: string }): KeyhatchError {
  return new KeyhatchError('capture_impossible', { details });
}

function asImpossible(error: unknown): unknown {
  if (!(error instanceof KeyhatchError) || error.code !== 'vault_locked') return error;
  return impossible({ vault: String(error.details['vault']), reason: String(error.details['reason']) });
}

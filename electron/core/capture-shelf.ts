// What was captured, behind the one key that opens it: the key's coming and going, sealing on the way in, opening on the way
// out. The key lies in the vault; destroying it is how all of it is wiped. Decides not who is captured.

import type { KeyObject } from 'node:crypto';
import type { CapturedBody, Conversation } from '../../shared/capture-model.ts';
import type { Clock } from '../lib/clock.ts';
import type { Log } from '../lib/log.ts';

type Direction = 'request' | 'answer';
type PassedBody = { readonly bytes: Buffer; readonly sizeBytes: number };

export type CapturedRequest = {
  readonly requestId: string;
  readonly keyId: string | null;
  readonly request: PassedBody;
  readonly answer: PassedBody;
};

type SealedBody = {
  readonly requestId: string;
  readonly direction: Direction;
  readonly keyId: string | null;
  readonly at: number;
  readonly sizeBytes: number;
  readonly sealed: Uint8Array;
};

export type CaptureShelfPorts = {
  readonly table: {
    readonly insert: (bodies: readonly SealedBody[], maxBytes: number) => Promise<void>;
    readonly find: (requestId: string) => readonly SealedBody[];
    readonly totals: () => { readonly requests: number; readonly keptBytes: number };
    readonly clear: () => Promise<number>;
  };
  /** @throws KeyhatchError `vault_locked` */
  readonly secrets: {
    readonly get: (name: string) => Promise<string | null>;
    readonly set: (name: string, value: string) => Promise<void>;
    readonly delete: (name: string) => Promise<void>;
  };
  readonly seal: {
    readonly makeKey: () => string;
    readonly readKey: (text: string) => KeyObject | undefined;
    readonly seal: (key: KeyObject, binding: string, plain: Buffer) => Buffer;
    readonly open: (key: KeyObject, binding: string, sealed: Uint8Array) => Buffer | undefined;
  };
  readonly maxBytes: () => number;
  readonly clock: Clock;
  readonly log: Log;
};

export type CaptureShelf = {
  readonly isOpen: () => boolean;
  /** Finds the key in the vault, or makes one when there is to be one. @throws KeyhatchError `vault_locked` */
  readonly open: (make: boolean) => Promise<void>;
  /** Takes what passed; sealed and written in a moment, after whatever else this turn has to do. */
  readonly keep: (captured: CapturedRequest) => void;
  /** Undefined where nothing is kept, or what is kept cannot be opened. */
  readonly read: (requestId: string) => Promise<Conversation | undefined>;
  /** Deletes all records and the key that opens them. @throws KeyhatchError `vault_locked`: the key is still there */
  readonly wipe: () => Promise<number>;
  /** Writes what waits, and resolves once that and what was begun before is written. Never rejects. */
  readonly flush: () => Promise<void>;
};

/** What may wait to be written; a disk that is slower than traffic must not fill the memory. */
const pendingAtMostBytes = 64 * 1024 * 1024;
const bytesOf = ({ request, answer }: CapturedRequest) => request.bytes.length + answer.bytes.length;

const entryName = 'capture-key';
const bindingOf = (requestId: string, direction: Direction, sizeBytes: number) =>
  `keyhatch captured 1\n${requestId}\n${direction}\n${sizeBytes}`;

export function createCaptureShelf(ports: CaptureShelfPorts): CaptureShelf {
  const { table, secrets, seal, clock, log } = ports;
  let key: KeyObject | undefined;
  let waiting: (CapturedRequest & { readonly at: number })[] = [];
  let due: NodeJS.Immediate | undefined;
  let writing: Promise<void> = Promise.resolve();
  let pendingBytes = 0;
  // One after the other: two that both find no key would make two, and one would seal under what is not kept.
  let last: Promise<unknown> = Promise.resolve();
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  }

  async function findOrMake(make: boolean): Promise<void> {
    if (key) return;
    const text = await secrets.get(entryName);
    const found = text === null ? undefined : seal.readKey(text);
    if (found) {
      key = found;
      return;
    }
    // Whatever is kept was sealed under a key that is gone.
    if (table.totals().requests > 0) log.warn('captured requests cannot be opened any more and are cleared');
    await table.clear();
    if (!make) return;
    const made = seal.makeKey();
    await secrets.set(entryName, made);
    key = seal.readKey(made);
  }

  function sealed(
    { requestId, keyId, at }: CapturedRequest & { readonly at: number },
    direction: Direction,
    { bytes, sizeBytes }: PassedBody,
    under: KeyObject,
  ): SealedBody {
    const binding = bindingOf(requestId, direction, sizeBytes);
    return { requestId, direction, keyId, at, sizeBytes, sealed: seal.seal(under, binding, bytes) };
  }

  function flush(): Promise<void> {
    if (due !== undefined) clearImmediate(due);
    due = undefined;
    const batch = waiting;
    waiting = [];
    const under = key;
    // Without a key nothing waits: none is taken before there is one, and a wipe takes all of it.
    if (!under || batch.length === 0) return writing;
    writing = Promise.all([writing, write(batch, under)]).then(() => {});
    return writing;
  }

  async function write(batch: typeof waiting, under: KeyObject): Promise<void> {
    try {
      const bodies = batch.flatMap((one) => [
        sealed(one, 'request', one.request, under),
        sealed(one, 'answer', one.answer, under),
      ]);
      await table.insert(bodies, ports.maxBytes());
    } catch (error) {
      log.error('captured requests could not be written and are lost', { requests: batch.length, error });
    } finally {
      for (const one of batch) pendingBytes -= bytesOf(one);
    }
  }

  return {
    isOpen: () => key !== undefined,
    open: (make) => inTurn(() => findOrMake(make)),
    keep(captured) {
      if (!key) return;
      const bytes = bytesOf(captured);
      if (pendingBytes + bytes > pendingAtMostBytes) {
        log.warn('a captured request is lost: those before it are not written yet', { request: captured.requestId });
        return;
      }
      pendingBytes += bytes;
      waiting.push({ ...captured, at: clock.now() });
      due ??= setImmediate(flush);
    },
    async read(requestId) {
      await flush();
      const under = key;
      const records = under ? table.find(requestId) : [];
      if (!under || records.length === 0) return undefined;
      const bodyOf = (direction: Direction): CapturedBody | null => {
        const record = records.find((one) => one.direction === direction);
        if (!record) return null;
        const binding = bindingOf(requestId, direction, record.sizeBytes);
        const bytes = seal.open(under, binding, record.sealed);
        return bytes ? textBody(bytes, record.sizeBytes) : null;
      };
      const [request, answer] = [bodyOf('request'), bodyOf('answer')];
      return request || answer ? { id: requestId, request, answer } : undefined;
    },
    wipe: () =>
      inTurn(async () => {
        for (const one of waiting) pendingBytes -= bytesOf(one);
        waiting = [];
        key = undefined;
        // What was begun under it lands before it is cleared away.
        await writing;
        const wiped = await table.clear();
        await secrets.delete(entryName);
        return wiped;
      }),
    flush,
  };
}

function textBody(bytes: Buffer, sizeBytes: number): CapturedBody {
  const cut = bytes.length < sizeBytes;
  // A cut may go through a character.
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return { text: decoder.decode(bytes, { stream: cut }), sizeBytes, cut };
  } catch {
    return { text: null, sizeBytes, cut };
  }
}

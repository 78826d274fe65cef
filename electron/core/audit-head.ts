// How far the chain of the audit log went, kept in the vault, where whoever changes the database cannot reach. Written a
// second after an entry and at the end, so that many entries cost one call to the keychain. Knows nothing of entries.

import { type AuditHead, auditHead } from '../../shared/audit-model.ts';
import type { Log } from '../lib/log.ts';

const headName = 'audit/head';
const writeAfterMs = 1_000;
const againAfterMs = 10_000;

export type HeadSecrets = {
  readonly get: (name: string) => Promise<string | null>;
  readonly set: (name: string, value: string) => Promise<void>;
};

export type HeadKeeper = {
  /** @throws KeyhatchError `vault_locked` */
  readonly read: () => Promise<AuditHead | undefined>;
  /** Writes one at once, before anything goes by it. @throws KeyhatchError `vault_locked` */
  readonly begin: (head: AuditHead) => Promise<void>;
  /** Writes what is current, soon. */
  readonly moved: () => void;
  /** Writes at once what is not written yet; never rejects. */
  readonly flush: () => Promise<void>;
};

export function createHeadKeeper(ports: {
  readonly secrets: HeadSecrets;
  /** Undefined while there is none to keep. */
  readonly current: () => AuditHead | undefined;
  readonly log: Log;
}): HeadKeeper {
  let timer: NodeJS.Timeout | undefined;
  let due = false;
  let writing: Promise<void> = Promise.resolve();

  function later(ms: number): void {
    timer ??= setTimeout(() => void flush(), ms).unref();
  }

  async function write(): Promise<void> {
    const head = ports.current();
    if (!due || !head) return;
    due = false;
    try {
      await ports.secrets.set(headName, JSON.stringify(head));
    } catch (error) {
      due = true;
      later(againAfterMs);
      ports.log.warn('how far the audit log goes could not be written to the vault', { error });
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    // One after the other, or an older one could be written last.
    writing = writing.then(write);
    return writing;
  }

  return {
    async begin(head) {
      await writing;
      await ports.secrets.set(headName, JSON.stringify(head));
    },
    async read() {
      const text = await ports.secrets.get(headName);
      if (text === null) return undefined;
      return auditHead.safeParse(jsonOf(text)).data;
    },
    moved() {
      due = true;
      later(writeAfterMs);
    },
    flush,
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

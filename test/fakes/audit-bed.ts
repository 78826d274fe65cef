// An audit log on a real database and a vault that outlives it, so that a test can end a run, tamper with the file as
// somebody would who has it, and begin another run.

import { createSecretKey, randomBytes } from 'node:crypto';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { type Audit, createAudit } from '../../electron/core/audit.ts';
import { silentLog } from '../../electron/lib/log.ts';
import { openDatabase } from '../../electron/storage/database.ts';
import { createHistoryTable, type HistoryTable } from '../../electron/storage/history-table.ts';
import type { HistoryEntry } from '../../shared/history-model.ts';
import { temporaryFolder } from '../unit/storage/fixtures/open-profile.ts';

export type AuditRun = {
  readonly audit: Audit;
  readonly table: HistoryTable;
  readonly db: DatabaseSync;
  readonly add: (...names: readonly string[]) => void;
  /** Ends as a program does that is stopped. */
  readonly stop: () => Promise<void>;
  /** Ends as a program does that crashes: what the vault does not know yet, it never learns. */
  readonly crash: () => void;
};

export const entry = (name: string): Omit<HistoryEntry, 'seq'> => ({
  at: 1_800_000_000_000,
  actor: 'cli',
  detail: null,
  action: 'created',
  subject: { kind: 'key', id: name, name },
  changes: [],
});

export const newRoot = () => createSecretKey(randomBytes(32));

export function makeAuditBed() {
  const file = join(temporaryFolder(), 'keyhatch.db');
  const vault = new Map<string, string>();
  const state = { root: newRoot(), locked: false, writes: 0 };
  const open = new Set<DatabaseSync>();
  onTestFinished(() => {
    for (const db of open) db.close();
  });
  const secrets = {
    get: async (name: string) => vault.get(name) ?? null,
    async set(name: string, value: string) {
      if (state.locked) throw new Error('locked');
      state.writes += 1;
      vault.set(name, value);
    },
  };

  /** Its vault is open unless told. */
  async function run({ opens = true, forgets = false } = {}): Promise<AuditRun> {
    const db = openDatabase({ file, log: silentLog });
    open.add(db);
    const table = createHistoryTable(db);
    const audit: Audit = createAudit({
      store: table,
      key: () => state.root,
      secrets,
      forgets,
      note: (action, detail) =>
        audit.add({ ...entry('audit log'), action, detail, subject: { kind: 'profile', id: 'audit', name: 'log' } }),
      log: silentLog,
    });
    if (opens) await audit.vaultOpened();
    const end = () => {
      open.delete(db);
      db.close();
    };
    return {
      audit,
      table,
      db,
      add: (...names) => names.forEach((name) => void audit.add(entry(name))),
      async stop() {
        await audit.close();
        end();
      },
      crash: end,
    };
  }

  /** Changes the file as somebody who has it, without the triggers. */
  function tamper(sql: string): void {
    const db = new DatabaseSync(file);
    for (const { name } of db.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
      db.exec(`DROP TRIGGER ${String(name)}`);
    db.exec(sql);
    db.close();
  }

  function copyAway(): () => void {
    const db = new DatabaseSync(file);
    db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    db.close();
    copyFileSync(file, `${file}.yesterday`);
    return () => {
      for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true });
      copyFileSync(`${file}.yesterday`, file);
    };
  }

  return { run, tamper, copyAway, vault, state, file };
}

// Each step against its frozen fixture: a released step that is edited by accident fails here.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { nameClientsOnce } from '../../../electron/storage/client-names.ts';
import { openDatabase } from '../../../electron/storage/database.ts';
import { databaseMigrations } from '../../../electron/storage/database-migrations.ts';
import { createKeyTable } from '../../../electron/storage/key-table.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { requestRow, temporaryFolder } from './fixtures/open-profile.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

const idOf = (db: DatabaseSync, name: string) =>
  (db.prepare('SELECT id FROM projects WHERE name = ?').get(name) as { id: string }).id;

test('steps go up in tens, each by a number of its own', () => {
  const versions = databaseMigrations.map((step) => step.version);
  expect(versions.filter((version) => version % 10 !== 0)).toEqual([]);
  expect([...new Set(versions)].sort((a, b) => a - b)).toEqual(versions);
});

test('step 10 makes the tables of version 10', () => {
  const db = new DatabaseSync(':memory:');
  databaseMigrations.find((step) => step.version === 10)?.up(db);
  const schema = db.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all();
  expect(`${schema.map((row) => `${row.sql};`).join('\n\n')}\n`).toBe(fixture('schema-10.sql'));
  db.close();
});

test('step 20 adds the tables and indices of version 20, and marks what is there as yet to be rolled up', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  const before = db
    .prepare('SELECT name FROM sqlite_schema')
    .all()
    .map(({ name }) => name);
  databaseMigrations.find((step) => step.version === 20)?.up(db);
  const schema = db.prepare('SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all();
  const added = schema.filter(({ name }) => !before.includes(name));
  expect(`${added.map((row) => `${row.sql};`).join('\n\n')}\n`).toBe(fixture('schema-20.sql'));
  expect(db.prepare('SELECT name, value FROM meta').all()).toEqual([{ name: 'rollups', value: 'due' }]);
  db.close();
});

test('step 30 adds the times, speeds and reasons of requests, and a table of what could not be metered', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  db.exec(fixture('schema-20.sql'));
  db.exec(fixture('profile-10.sql'));
  const columns = () => db.prepare("SELECT name, type FROM pragma_table_info('requests')").all();
  const before = columns();
  databaseMigrations.find((step) => step.version === 30)?.up(db);
  expect(columns().slice(before.length)).toEqual([
    { name: 'queued_ms', type: 'INTEGER' },
    { name: 'forwarded_at', type: 'INTEGER' },
    { name: 'last_token_at', type: 'INTEGER' },
    { name: 'unmetered', type: 'TEXT' },
    { name: 'prefill_per_second', type: 'REAL' },
    { name: 'output_per_second', type: 'REAL' },
  ]);
  expect(db.prepare('SELECT queued_ms, unmetered, output_per_second FROM requests').all()).toEqual([
    { queued_ms: null, unmetered: null, output_per_second: null },
  ]);
  const { sql } = db.prepare("SELECT sql FROM sqlite_schema WHERE name = 'unmetered_counts'").get() ?? {};
  expect(`${sql};\n`).toBe(fixture('schema-30.sql'));
  db.close();
});

test('step 60 adds the columns of version 60, and marks the programs of older rows as yet to be named', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  db.exec(fixture('profile-10.sql'));
  const columns = () =>
    db
      .prepare('PRAGMA table_info(requests)')
      .all()
      .map(({ name, type }) => `${name} ${type}`);
  const before = columns();
  databaseMigrations.find((step) => step.version === 60)?.up(db);
  expect(columns().filter((column) => !before.includes(column))).toEqual([
    'route TEXT',
    'client TEXT',
    'error_text TEXT',
    'model_asked TEXT',
    'replay_of TEXT',
    'captured INTEGER',
  ]);
  expect(db.prepare("SELECT value FROM meta WHERE name = 'clients'").get()).toEqual({ value: 'due' });
  nameClientsOnce(db);
  nameClientsOnce(db);
  expect(db.prepare('SELECT client, captured FROM requests').all()).toEqual([{ client: 'curl', captured: 0 }]);
  expect(db.prepare("SELECT value FROM meta WHERE name = 'clients'").get()).toBeUndefined();
  db.close();
});

test('step 70 adds the tables of version 70', () => {
  const db = new DatabaseSync(':memory:');
  databaseMigrations.find((step) => step.version === 70)?.up(db);
  const schema = db.prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid').all();
  expect(`${schema.map((row) => `${row.sql};`).join('\n\n')}\n`).toBe(fixture('schema-70.sql'));
  db.close();
});

test('step 140 adds people, their invitations and whose a key is', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  databaseMigrations.find((step) => step.version === 140)?.up(db);
  const columnsOf = (table: string) =>
    db
      .prepare(`PRAGMA table_info(${table})`)
      .all()
      .map(({ name, type }) => `${name} ${type}`);
  expect(columnsOf('people')).toEqual([
    'id TEXT',
    'name TEXT',
    'role TEXT',
    'paused INTEGER',
    'limits TEXT',
    'created_at INTEGER',
    'last_seen_at INTEGER',
    'password_set_at INTEGER',
    'totp INTEGER',
    'totp_step INTEGER',
    'removed_at INTEGER',
  ]);
  expect(columnsOf('invites')).toEqual([
    'id TEXT',
    'digest TEXT',
    'kind TEXT',
    'role TEXT',
    'name TEXT',
    'limits TEXT',
    'person_id TEXT',
    'created_at INTEGER',
    'expires_at INTEGER',
  ]);
  expect(columnsOf('keys').at(-1)).toBe('person_id TEXT');
  const add = (role: string) =>
    db.exec(`INSERT INTO people (id, name, role, paused, limits, created_at, totp, totp_step)
      VALUES ('${role}', '${role}', '${role}', 0, '{}', 1, 0, 0)`);
  add('owner');
  expect(() => add('emperor')).toThrow('CHECK');
  db.close();
});

test('step 130 puts an index of the few in place of one of all', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  db.exec(fixture('schema-20.sql'));
  const indexes = () =>
    db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'requests' AND sql IS NOT NULL")
      .all()
      .map(({ name }) => name);
  const before = indexes();
  databaseMigrations.find((step) => step.version === 130)?.up(db);
  expect(indexes().filter((name) => !before.includes(name))).toEqual(['requests_not_ok_by_outcome']);
  expect(before.filter((name) => !indexes().includes(name))).toEqual(['requests_by_outcome_and_time']);
  db.close();
});

test('step 90 puts counters of limits in the place of single admissions', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  databaseMigrations.find((step) => step.version === 90)?.up(db);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  expect(tables.map(({ name }) => name)).not.toContain('admissions');
  const columns = db.prepare("SELECT name FROM pragma_table_info('limit_counters')").all();
  expect(columns.map(({ name }) => name)).toEqual([
    'owner_kind',
    'owner_id',
    'counter',
    'starts_at',
    'ends_at',
    'amount',
  ]);
  db.close();
});

test('what a profile of version 10 holds is rolled up once', () => {
  const file = join(temporaryFolder(), 'keyhatch.db');
  const old = new DatabaseSync(file);
  old.exec(fixture('schema-10.sql'));
  old.exec(fixture('profile-10.sql'));
  old.close();
  const db = openDatabase({ file, log: silentLog });
  for (let opening = 0; opening < 2; opening += 1) {
    createUsageTable(db);
    const sums = db.prepare('SELECT grain, at, requests, tokens_in, tokens_out, first_tokens FROM usage_rollups').all();
    const hour = new Date(1_700_000_300_000).setMinutes(0, 0, 0);
    expect(sums).toMatchObject([
      { grain: 60, at: 1_700_000_280_000, requests: 1, tokens_in: 11, tokens_out: 22, first_tokens: '56:1' },
      { grain: 3_600, at: hour, requests: 1 },
      { grain: 86_400, at: new Date(hour).setHours(0), requests: 1 },
    ]);
    expect(db.prepare('SELECT code, sum(count) AS count FROM refusal_rollups WHERE grain = 60').all()).toEqual([
      { code: 'key_missing', count: 7 },
    ]);
    expect(db.prepare('SELECT * FROM usage_groups').all()).toEqual([
      { id: 1, key_id: 'k1aaaaaa', project: idOf(db, 'thesis'), model: 'llama', upstream_id: 'up1', client: 'curl' },
    ]);
  }
  db.close();
});

test('a profile of version 10 opens, with its key, its deleted key and its usage', () => {
  const file = join(temporaryFolder(), 'keyhatch.db');
  const old = new DatabaseSync(file);
  old.exec(fixture('schema-10.sql'));
  old.exec(fixture('profile-10.sql'));
  old.close();

  const db = openDatabase({ file, log: silentLog });
  const keys = createKeyTable(db);
  expect(keys.list()).toEqual([
    {
      id: 'k1aaaaaa',
      name: 'laptop',
      kind: 'inference',
      personId: null,
      projectId: idOf(db, 'thesis'),
      origin: 'generated',
      weak: false,
      oldSecretWeak: false,
      paused: true,
      pausedByOther: true,
      setByOther: true,
      createdAt: 1_700_000_000_000,
      expiresAt: 1_800_000_000_000,
      revokedAt: null,
      rotatedAt: 1_700_000_100_000,
      oldSecretUntil: 1_700_000_200_000,
      oldSecretUsedAt: null,
      oldSecretUsedFrom: null,
      oldSecretUsedBy: null,
      lastUsedAt: 1_700_000_300_000,
      lastUsedFrom: '192.168.1.4',
      lastUsedBy: 'curl/8',
      limits: { rpm: 60, parallel: 2 },
      models: ['llama', 'qwen'],
      countedSince: null,
      policy: usualPolicy,
    },
  ]);
  expect(keys.nameOf('k2bbbbbb')).toBe('old phone');
  const report = createUsageTable(db).report({ since: 0, until: 2_000_000_000_000, by: 'key' });
  expect(report.lines.map((line) => [line.label, line.tokensIn, line.tokensOut])).toEqual([['laptop', 11, 22]]);
  expect(report.strangers).toEqual([{ code: 'key_missing', count: 7 }]);
  db.close();
});

test('step 110 makes one project of each label that keys carry, whatever its case, and gives their usage its id', () => {
  const db = new DatabaseSync(':memory:');
  for (const step of databaseMigrations.filter(({ version }) => version < 110)) step.up(db);
  const key = db.prepare(
    "INSERT INTO keys (id, name, project, origin, paused, created_at, deleted_at) VALUES (?, ?, ?, 'typed', 0, ?, ?)",
  );
  key.run('k1', 'laptop', 'Home', 5, null);
  key.run('k2', 'tablet', 'home', 4, null);
  key.run('k3', 'ci', null, 6, null);
  key.run('k4', 'gone', 'old label', 3, 9);
  const group = db.prepare('INSERT INTO usage_groups (key_id, project, client) VALUES (?, ?, ?)');
  for (const label of ['Home', 'home', 'old label', null]) group.run('k1', label, 'curl');
  databaseMigrations.find((step) => step.version === 110)?.up(db);
  expect(db.prepare('SELECT name, colour, environment, rules, created_at FROM projects').all()).toEqual([
    { name: 'Home', colour: 'grey', environment: 'production', rules: '{}', created_at: 4 },
  ]);
  const id = idOf(db, 'Home');
  expect(id).toMatch(/^[0-9a-f]{8}$/);
  const projectsOf = (table: string) =>
    db
      .prepare(`SELECT project FROM ${table}`)
      .all()
      .map(({ project }) => project);
  expect(projectsOf('keys')).toEqual([id, id, null, 'old label']);
  expect(projectsOf('usage_groups')).toEqual([id, id, 'old label', null]);
  db.close();
});

test('step 120 makes a history that SQL can add to, and cannot change, empty or write over', () => {
  const db = new DatabaseSync(':memory:');
  for (const step of databaseMigrations.filter(({ version }) => version <= 120)) step.up(db);
  db.exec(`INSERT INTO history (at, entry) VALUES (1, '{"a":1}'), (2, '{"a":2}')`);
  for (const attack of [
    "UPDATE history SET entry = '{}'",
    'DELETE FROM history',
    'DELETE FROM history WHERE seq = 2',
    "INSERT OR REPLACE INTO history (seq, at, entry) VALUES (1, 9, '{}')",
    "REPLACE INTO history (seq, at, entry) VALUES (2, 9, '{}')",
    "INSERT INTO history (seq, at, entry) VALUES (1, 9, '{}') ON CONFLICT (seq) DO UPDATE SET entry = '{}'",
  ]) {
    expect(() => db.exec(attack), attack).toThrow('the history is only added to');
  }
  expect(db.prepare('SELECT seq, at, entry FROM history').all()).toEqual([
    { seq: 1, at: 1, entry: '{"a":1}' },
    { seq: 2, at: 2, entry: '{"a":2}' },
  ]);
  db.close();
});

function columnsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map(({ name, type, notnull, dflt_value }) => `${name} ${type} ${notnull} ${dflt_value}`);
}

test('step 40 tells tokens apart that nobody reported, and marks older sums to learn it', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql') + fixture('schema-20.sql'));
  const before = columnsOf(db, 'usage_rollups');
  databaseMigrations.find((step) => step.version === 40)?.up(db);
  expect(columnsOf(db, 'usage_rollups').slice(before.length)).toEqual([
    'tokens_counted INTEGER 1 0',
    'tokens_estimated INTEGER 1 0',
  ]);
  expect(db.prepare('SELECT name, value FROM meta').all()).toEqual([{ name: 'token-sources', value: 'due' }]);
  db.close();
});

test('step 50 keeps since when the counters of a key count, and what was before', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  const before = columnsOf(db, 'keys');
  databaseMigrations.find((step) => step.version === 50)?.up(db);
  expect(columnsOf(db, 'keys').slice(before.length)).toEqual([
    'counted_since INTEGER 0 null',
    'counted_before TEXT 0 null',
  ]);
  db.close();
});

test('sums of version 20 learn once which of their tokens nobody reported', () => {
  const file = join(temporaryFolder(), 'keyhatch.db');
  const old = openDatabase({ file, log: silentLog });
  createUsageTable(old).insertRequests([
    requestRow('reported'),
    requestRow('counted', { tokenSource: 'counted' }),
    requestRow('estimated', { tokenSource: 'estimated', tokensIn: 400, tokensOut: 5 }),
  ]);
  const sums = () =>
    old.prepare('SELECT grain, tokens_in, tokens_counted, tokens_estimated FROM usage_rollups ORDER BY grain').all();
  const told = sums();
  expect(told).toMatchObject(
    [60, 3_600, 86_400].map((grain) => ({ grain, tokens_counted: 30, tokens_estimated: 405 })),
  );
  old.exec('UPDATE usage_rollups SET tokens_counted = 0, tokens_estimated = 0');
  old.exec("INSERT INTO meta (name, value) VALUES ('token-sources', 'due')");
  for (let opening = 0; opening < 2; opening += 1) createUsageTable(old);
  expect(sums()).toEqual(told);
  old.close();
});
test('step 100 takes every key that is there for one of the gateway, and knows two kinds', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  db.exec(fixture('profile-10.sql'));
  databaseMigrations.find((step) => step.version === 100)?.up(db);
  expect(db.prepare('SELECT DISTINCT kind FROM keys').all()).toEqual([{ kind: 'inference' }]);
  expect(db.prepare("UPDATE keys SET kind = 'admin'").run().changes).toBe(2);
  expect(() => db.exec("UPDATE keys SET kind = 'other'")).toThrow(/CHECK/);
  db.close();
});

test('step 150 makes room for links that are only added, and marks how far entries were there before', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  databaseMigrations.find((step) => step.version === 120)?.up(db);
  db.exec("INSERT INTO history (at, entry) VALUES (1, '{}'), (2, '{}')");
  databaseMigrations.find((step) => step.version === 150)?.up(db);
  expect(db.prepare("SELECT value FROM meta WHERE name = 'audit_imported'").all()).toEqual([{ value: '2' }]);
  const insert = (how: string) => db.exec(`INSERT OR REPLACE INTO history_chain VALUES (1, 1, '${how}', 'mac')`);
  insert('imported');
  expect(() => insert('late')).toThrow(/only added to/);
  expect(() => db.exec("UPDATE history_chain SET mac = 'other'")).toThrow(/only added to/);
  expect(() => db.exec('DELETE FROM history_chain')).toThrow(/only added to/);
  expect(() => db.exec("INSERT INTO history_chain VALUES (1, 2, 'never', 'mac')")).toThrow(/CHECK/);
  db.close();
});

test('step 160 makes places for ways in without a key and for the names of holders of tokens', () => {
  const db = new DatabaseSync(':memory:');
  databaseMigrations.find((step) => step.version === 160)?.up(db);
  const columns = (table: string) => db.prepare('SELECT name FROM pragma_table_info(?)').all(table);
  expect(columns('ways').map(({ name }) => name)).toEqual(['id', 'kind', 'key_id', 'facts', 'created_at']);
  expect(columns('token_holders').map(({ name }) => name)).toEqual(['id', 'name']);
  db.close();
});

test('step 170 counts what is set and paused on keys that are there as somebody else’s doing', () => {
  const db = new DatabaseSync(':memory:');
  for (const step of databaseMigrations.filter(({ version }) => version < 170)) step.up(db);
  const insert = db.prepare(
    "INSERT INTO keys (id, name, origin, paused, created_at) VALUES (?, ?, 'generated', ?, 1_700_000_000_000)",
  );
  for (const [id, paused] of [
    ['aaaaaaaa', 0],
    ['bbbbbbbb', 1],
  ] as const)
    insert.run(id, id, paused);
  databaseMigrations.find((step) => step.version === 170)?.up(db);
  expect(createKeyTable(db).list()).toMatchObject([
    { id: 'aaaaaaaa', paused: false, pausedByOther: false, setByOther: true },
    { id: 'bbbbbbbb', paused: true, pausedByOther: true, setByOther: true },
  ]);
  db.close();
});

test('step 180 adds who made an invitation; those that are there count as the machine’s', () => {
  const db = new DatabaseSync(':memory:');
  db.exec(fixture('schema-10.sql'));
  databaseMigrations.find((step) => step.version === 140)?.up(db);
  db.exec(`INSERT INTO invites (id, digest, kind, role, limits, created_at, expires_at)
    VALUES ('a', 'b', 'invite', 'member', '{}', 1, 2)`);
  databaseMigrations.find((step) => step.version === 180)?.up(db);
  expect(db.prepare('SELECT id, invited_by FROM invites').all()).toEqual([{ id: 'a', invited_by: null }]);
  db.close();
});

// Sums by minute, hour and local day, written with the rows that they add up. Opens no transaction but one: what was there
// before there were sums is rolled up when the table is first opened.

import type { DatabaseSync } from 'node:sqlite';
import { requestColumns } from './request-columns.ts';
import { inTransaction } from './transaction.ts';
import { type Grain, grainStart, grains, minuteGrain } from './usage-grain.ts';
import { histogramText } from './usage-histogram.ts';
import {
  addRow,
  addSums,
  type CountedRow,
  groupsOfRows,
  noSums,
  type UsageGroupFacts,
  type UsageSums,
} from './usage-sums.ts';

/** The group of refusals of callers without a known key. */
export const strangersGroup = 0;
/** Models are whatever a caller writes: beyond so many names, new ones are counted as `other`. */
const mostModels = 1_000;
const chunkRows = 5_000;
const prunedAtOnce = 500;

type CountedStrangers = { readonly minute: number; readonly code: string; readonly count: number };

export type RollupTable = {
  readonly add: (rows: readonly CountedRow[]) => void;
  readonly addStrangers: (counts: readonly CountedStrangers[]) => void;
  /** Deletes sums of one grain that begin before a moment, a bounded number of them. True while there are more. */
  readonly prune: (grain: Grain, beforeMs: number) => boolean;
};

type Cell = { readonly at: number; readonly group: UsageGroupFacts; readonly sums: UsageSums };

export function createRollupTable(db: DatabaseSync): RollupTable {
  const groupIds = openGroups(db);
  const writeSums = sumsWriter(db);
  const addRefusals = db.prepare(`
    INSERT INTO refusal_rollups (grain, at, group_id, code, count) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (grain, at, group_id, code) DO UPDATE SET count = count + excluded.count`);
  // By the primary key, and so without a look at what stays.
  const pruned = [
    ['usage_rollups', 'group_id'],
    ['refusal_rollups', 'group_id, code'],
  ].map(([table, rest]) =>
    db.prepare(`
      DELETE FROM ${table} WHERE (grain, at, ${rest}) IN (
        SELECT grain, at, ${rest} FROM ${table} WHERE grain = ? AND at < ? ORDER BY at LIMIT ${prunedAtOnce})`),
  );

  function add(rows: readonly CountedRow[]): void {
    const idOf = groupIds();
    const minutes = cellsByMinute(rows).map((cell) => ({ ...cell, id: idOf(cell.group) }));
    for (const grain of grains) {
      for (const { at, id, sums } of grain === minuteGrain ? minutes : joined(minutes, grain)) {
        writeSums(grain, at, id, sums);
        for (const [code, count] of sums.refusals) addRefusals.run(grain, at, id, code, count);
      }
    }
  }

  function addStrangers(counts: readonly CountedStrangers[]): void {
    for (const { minute, code, count } of counts) {
      for (const grain of grains) addRefusals.run(grain, grainStart(grain, minute), strangersGroup, code, count);
    }
  }
  rollUpOnce(db, add, addStrangers);
  learnSourcesOnce(db, groupIds);

  return {
    add,
    addStrangers,
    prune: (grain, beforeMs) =>
      pruned.map((statement) => Number(statement.run(grain, beforeMs).changes)).some((changes) => changes > 0),
  };
}

function cellsByMinute(rows: readonly CountedRow[]): Cell[] {
  const cells = new Map<string, Cell>();
  const groupOf = groupsOfRows();
  for (const row of rows) {
    // As it is kept: a fraction must not put a row and its sum into two minutes.
    const at = grainStart(minuteGrain, Math.round(row.receivedAt));
    const group = groupOf(row);
    const name = `${at} ${nameOf(group)}`;
    let cell = cells.get(name);
    if (cell === undefined) {
      cell = { at, group, sums: noSums() };
      cells.set(name, cell);
    }
    addRow(cell.sums, row);
  }
  return [...cells.values()];
}

// Unmistakable, whatever the names contain; JSON would be as well, at several times the cost for each row.
function nameOf({ keyId, project, model, upstreamId, client }: UsageGroupFacts): string {
  const part = (text: string | null) => (text === null ? '-' : `${text.length}:${text}`);
  return part(keyId) + part(project) + part(model) + part(upstreamId) + part(client);
}

type KeptCell = { readonly at: number; readonly id: number; readonly sums: UsageSums };

/** The same sums by hour or by day. */
function joined(minutes: readonly KeptCell[], grain: Grain): Iterable<KeptCell> {
  const cells = new Map<string, KeptCell>();
  const starts = new Map<number, number>();
  for (const { at: minute, id, sums } of minutes) {
    const at = starts.get(minute) ?? grainStart(grain, minute);
    starts.set(minute, at);
    const name = `${at} ${id}`;
    const cell = cells.get(name) ?? { at, id, sums: noSums() };
    cells.set(name, cell);
    addSums(cell.sums, sums);
  }
  return cells.values();
}

// Ids are remembered for one batch only: if it is rolled back, so are they.
function openGroups(db: DatabaseSync): () => (group: UsageGroupFacts) => number {
  const find = db.prepare(`
    SELECT id FROM usage_groups
    WHERE key_id IS :keyId AND model IS :model AND client IS :client AND upstream_id IS :upstreamId AND project IS :project`);
  const insert = db.prepare(`
    INSERT INTO usage_groups (key_id, project, model, upstream_id, client)
    VALUES (:keyId, :project, :model, :upstreamId, :client)`);
  const listed = db.prepare('SELECT DISTINCT model FROM usage_groups WHERE model IS NOT NULL').all();
  const models = new Set(listed.map(({ model }) => String(model)));

  function named(group: UsageGroupFacts): UsageGroupFacts {
    if (group.model === null || models.has(group.model)) return group;
    if (models.size >= mostModels) return { ...group, model: 'other' };
    models.add(group.model);
    return group;
  }
  return () => {
    const ids = new Map<string, number>();
    return (given) => {
      const group = named(given);
      const text = nameOf(group);
      let id = ids.get(text);
      if (id === undefined) {
        const found = find.get(group) as { id: number } | undefined;
        id = found?.id ?? Number(insert.run(group).lastInsertRowid);
        ids.set(text, id);
      }
      return id;
    };
  };
}

/** Each lies in the column of its name, written with underscores. */
const summedFields = [
  'requests',
  'refused',
  'failed',
  'tokensIn',
  'tokensOut',
  'tokensCached',
  'tokensReasoning',
  'unmetered',
  'tokensCounted',
  'tokensEstimated',
] as const satisfies readonly (keyof UsageSums)[];

function sumsWriter(db: DatabaseSync): (grain: Grain, at: number, group: number, sums: UsageSums) => void {
  const histograms = db.prepare(
    'SELECT first_tokens AS firstTokens, speeds FROM usage_rollups WHERE grain = ? AND at = ? AND group_id = ?',
  );
  const columns = summedFields.map((field) => field.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`));
  const write = db.prepare(`
    INSERT INTO usage_rollups (grain, at, group_id, ${columns.join(', ')}, first_tokens, speeds)
    VALUES (?, ?, ?, ${columns.map(() => '?').join(', ')}, ?, ?)
    ON CONFLICT (grain, at, group_id) DO UPDATE SET
      ${columns.map((column) => `${column} = ${column} + excluded.${column}`).join(', ')},
      first_tokens = excluded.first_tokens, speeds = excluded.speeds`);
  return (grain, at, group, sums) => {
    const before = histograms.get(grain, at, group) as
      | { firstTokens: string | null; speeds: string | null }
      | undefined;
    const firstTokens = histogramText(before?.firstTokens ?? null, sums.firstTokens);
    const speeds = histogramText(before?.speeds ?? null, sums.speeds);
    write.run(grain, at, group, ...summedFields.map((field) => sums[field]), firstTokens, speeds);
  };
}

const isDue = (db: DatabaseSync, mark: string) =>
  db.prepare("SELECT 1 FROM meta WHERE name = ? AND value = 'due'").get(mark) !== undefined;

function rollUpOnce(
  db: DatabaseSync,
  add: (rows: readonly CountedRow[]) => void,
  addStrangers: RollupTable['addStrangers'],
): void {
  if (!isDue(db, 'rollups')) return;
  inTransaction(db, () => {
    inChunks(db, '', add);
    addStrangers(db.prepare('SELECT minute, code, count FROM strangers').all() as CountedStrangers[]);
    db.exec("DELETE FROM meta WHERE name = 'rollups'");
  });
}

/** Sums from before it was told apart whose tokens nobody reported. */
function learnSourcesOnce(db: DatabaseSync, groupIds: ReturnType<typeof openGroups>): void {
  if (!isDue(db, 'token-sources')) return;
  const learn = db.prepare(`
    UPDATE usage_rollups SET tokens_counted = tokens_counted + ?, tokens_estimated = tokens_estimated + ?
    WHERE grain = ? AND at = ? AND group_id = ?`);
  inTransaction(db, () => {
    inChunks(db, "WHERE token_source IN ('counted', 'estimated')", (rows) => {
      const idOf = groupIds();
      const minutes = cellsByMinute(rows).map((cell) => ({ ...cell, id: idOf(cell.group) }));
      for (const grain of grains) {
        for (const { at, id, sums } of joined(minutes, grain)) {
          learn.run(sums.tokensCounted, sums.tokensEstimated, grain, at, id);
        }
      }
    });
    db.exec("DELETE FROM meta WHERE name = 'token-sources'");
  });
}

function inChunks(db: DatabaseSync, where: string, take: (rows: readonly CountedRow[]) => void): void {
  const columns = Object.entries(requestColumns).map(([field, column]) => `${column} AS "${field}"`);
  let waiting: CountedRow[] = [];
  for (const row of db.prepare(`SELECT ${columns.join(', ')} FROM requests ${where} ORDER BY received_at`).iterate()) {
    waiting.push(row as unknown as CountedRow);
    if (waiting.length < chunkRows) continue;
    take(waiting);
    waiting = [];
  }
  take(waiting);
}

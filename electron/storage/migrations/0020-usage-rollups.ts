// Step 20: sums by minute, hour and day, and what the filters of the page Requests look for. Frozen, as its neighbours.
// Rows that are there already are rolled up at the first opening (see rollup-table.ts), for which a mark is left here:
// names of clients come from a list that lives on.

import type { DatabaseSync } from 'node:sqlite';

export const usageRollups = {
  version: 20,
  up: (db: DatabaseSync): void => db.exec(sql),
};

const sql = `
CREATE TABLE usage_groups (
  id INTEGER NOT NULL PRIMARY KEY,
  key_id TEXT,
  project TEXT,
  model TEXT,
  upstream_id TEXT,
  client TEXT NOT NULL
) STRICT;
CREATE INDEX usage_groups_by_content ON usage_groups (key_id, model, client, upstream_id, project);

CREATE TABLE usage_rollups (
  grain INTEGER NOT NULL,
  at INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
  requests INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  tokens_in INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  tokens_cached INTEGER NOT NULL,
  tokens_reasoning INTEGER NOT NULL,
  unmetered INTEGER NOT NULL,
  first_tokens TEXT,
  speeds TEXT,
  PRIMARY KEY (grain, at, group_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE refusal_rollups (
  grain INTEGER NOT NULL,
  at INTEGER NOT NULL,
  group_id INTEGER NOT NULL,
  code TEXT NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (grain, at, group_id, code)
) STRICT, WITHOUT ROWID;

CREATE INDEX requests_by_model_and_time ON requests (model, received_at);
CREATE INDEX requests_by_upstream_and_time ON requests (upstream_id, received_at);
CREATE INDEX requests_by_outcome_and_time ON requests (outcome, received_at);
CREATE INDEX requests_in_trouble ON requests (received_at) WHERE outcome NOT IN ('ok', 'client_gone');

INSERT INTO meta (name, value) VALUES ('rollups', 'due') ON CONFLICT (name) DO UPDATE SET value = excluded.value;
`;

// Every step of keyhatch.db, oldest first, in tens or within one. Forward only: a new step is a new file, with a fixture and a test.

import type { DatabaseSync } from 'node:sqlite';
import { keysAndUsage } from './migrations/0010-keys-and-usage.ts';
import { usageRollups } from './migrations/0020-usage-rollups.ts';
import { timesAndMetering } from './migrations/0030-times-and-metering.ts';
import { tokenSources } from './migrations/0040-token-sources.ts';
import { keyCounters } from './migrations/0050-key-counters.ts';
import { requestTrace } from './migrations/0060-request-trace.ts';
import { capture } from './migrations/0070-capture.ts';
import { keyPolicies } from './migrations/0080-key-policies.ts';
import { limitCounters } from './migrations/0090-limit-counters.ts';
import { keyKinds } from './migrations/0100-key-kinds.ts';
import { projects } from './migrations/0110-projects.ts';
import { history } from './migrations/0120-history.ts';
import { fewerIndexes } from './migrations/0130-fewer-indexes.ts';
import { people } from './migrations/0140-people.ts';
import { auditChain } from './migrations/0150-audit-chain.ts';
import { ways } from './migrations/0160-ways.ts';
import { setByOthers } from './migrations/0170-set-by-others.ts';
import { inviters } from './migrations/0180-inviters.ts';

export type DatabaseMigration = {
  readonly version: number;
  /** Runs inside the one transaction of all steps. */
  readonly up: (db: DatabaseSync) => void;
};

export const databaseMigrations: readonly DatabaseMigration[] = [
  keysAndUsage,
  usageRollups,
  timesAndMetering,
  tokenSources,
  keyCounters,
  requestTrace,
  capture,
  keyPolicies,
  limitCounters,
  keyKinds,
  projects,
  history,
  fewerIndexes,
  people,
  auditChain,
  ways,
  setByOthers,
  inviters,
];

// A profile with a household's worth of keys and 90 days of use, the same on every run: for screenshots and for specs
// that want pages with something on them. Writes through the product's own storage; no secret is made up here.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { silentLog } from '../../electron/lib/log.ts';
import { openDatabase } from '../../electron/storage/database.ts';
import { createKeyUses } from '../../electron/storage/key-uses.ts';
import { inTransaction } from '../../electron/storage/transaction.ts';
import { createUsageTable } from '../../electron/storage/usage-table.ts';
import { clientOfUserAgent } from '../../shared/snippets-user-agents.ts';
import type { Outcome, RequestRow } from '../../shared/usage-model.ts';

export type DemoKey = {
  readonly id: string;
  readonly name: string;
  readonly client: string;
  readonly address: string;
  readonly models: readonly string[];
  /** Requests on a busy day. */
  readonly perDay: number;
  readonly project?: string;
};

const dayMs = 86_400_000;
const days = 90;
/** Twice as many, so that there is a time before to compare with. */
const seededDays = 2 * days;

/** What the demo's keys are like; their ids come from the keys that were really made. */
export const demoKeys: readonly Omit<DemoKey, 'id'>[] = [
  {
    name: 'Continue on laptop',
    client: 'Continue/1.3 node-fetch',
    address: '127.0.0.1',
    models: ['qwen3-coder-30b'],
    perDay: 90,
  },
  {
    name: 'Open WebUI',
    client: 'Python/3.12 aiohttp/3.11',
    address: '192.168.1.31',
    models: ['llama3.2:3b', 'qwen3-coder-30b'],
    perDay: 40,
  },
  { name: "Kids' tablet", client: 'OpenAI/JS 6.49.0', address: '192.168.1.52', models: ['llama3.2:3b'], perDay: 12 },
  {
    name: 'CI nightly',
    client: 'OpenAI/Python 2.7.1',
    address: '192.168.1.9',
    models: ['qwen3-coder-30b', 'nomic-embed-text'],
    perDay: 25,
  },
];

/** Adds 180 days of requests, more from month to month, that end now to the database of a profile that nothing else has open. */
export function seedUsage(dataDir: string, keys: readonly DemoKey[], nowMs: number): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const db = openDatabase({ file: join(dataDir, 'keyhatch.db'), log: silentLog });
  const usage = createUsageTable(db);
  const uses = createKeyUses(db);
  const random = sequence(7);
  inTransaction(db, () => {
    for (const key of keys) {
      const rows = requestsOf(key, nowMs, random);
      usage.insertRequests(rows);
      const at = Math.max(...rows.map(({ receivedAt }) => receivedAt));
      uses.record([{ id: key.id, at, address: key.address, userAgent: key.client }]);
    }
    usage.insertStrangers([{ minute: nowMs - (nowMs % 60_000) - 3_600_000, code: 'key_missing', count: 44 }]);
  });
  db.close();
}

function requestsOf(key: DemoKey, nowMs: number, random: () => number): RequestRow[] {
  const rows: RequestRow[] = [];
  for (let day = 0; day < seededDays; day++) {
    const weekend = new Date(nowMs - day * dayMs).getDay() % 6 === 0;
    const growth = 1 - 0.6 * (day / seededDays);
    const count = Math.round(key.perDay * growth * (weekend ? 0.3 : 1) * (0.6 + random() * 0.6));
    for (let n = 0; n < count; n++) {
      // More in the evening than at night; never in the future.
      const hour = 8 + Math.round(random() * random() * 15);
      const midnight = new Date(nowMs - day * dayMs).setHours(0, 0, 0, 0);
      const at = midnight + hour * 3_600_000 + Math.round(random() * 3_500_000);
      if (at < nowMs - 5_000) rows.push(rowOf(key, at, rows.length, random));
    }
  }
  return rows;
}

function rowOf(key: DemoKey, at: number, index: number, random: () => number): RequestRow {
  const fate = random();
  const outcome: Outcome =
    fate < 0.94 ? 'ok' : fate < 0.97 ? 'refused' : fate < 0.985 ? 'client_gone' : 'upstream_error';
  const model = key.models[Math.floor(random() * key.models.length)] ?? 'llama3.2:3b';
  const embedding = model.includes('embed');
  const ran = outcome !== 'refused';
  const firstTokenMs = Math.round(120 + random() * 500 + (random() < 0.05 ? 900 : 0));
  const tokensOut = embedding ? 0 : Math.round(40 + random() * 700);
  const generationMs = (tokensOut / (40 + random() * 60)) * 1000;
  return {
    id: `req_demo-${key.id}-${index}`,
    keyId: key.id,
    caller: 'key',
    project: key.project ?? null,
    model,
    upstreamId: ran ? 'echo' : null,
    operation: embedding ? 'embeddings' : 'chat',
    dialect: 'openai',
    streamed: !embedding,
    outcome,
    status: outcome === 'ok' ? 200 : outcome === 'refused' ? 429 : outcome === 'client_gone' ? 499 : 500,
    errorCode: outcome === 'refused' ? 'rate_limited' : null,
    receivedAt: at,
    admittedAt: ran ? at + 1 : null,
    queuedMs: ran ? 0 : null,
    forwardedAt: ran ? at + 2 : null,
    firstByteAt: ran ? at + firstTokenMs - 10 : null,
    firstTokenAt: ran && !embedding ? at + firstTokenMs : null,
    lastTokenAt: ran && !embedding ? Math.round(at + firstTokenMs + generationMs) : null,
    endedAt: Math.round(at + (ran ? firstTokenMs + generationMs : 2)),
    bytesIn: 900 + Math.round(random() * 9000),
    bytesOut: ran ? tokensOut * 190 : 240,
    tokensIn: ran ? Math.round(200 + random() * 2600) : null,
    tokensOut: ran ? tokensOut : null,
    tokensCached: ran ? Math.round(random() * 180) : null,
    tokensReasoning: null,
    unmetered: null,
    prefillPerSecond: ran && !embedding ? 1_200 : null,
    outputPerSecond: ran && !embedding && generationMs > 0 ? (tokensOut * 1000) / generationMs : null,
    tokenSource: ran ? (fate < 0.02 ? 'estimated' : fate < 0.05 ? 'counted' : 'reported') : 'none',
    clientAddress: key.address,
    userAgent: key.client,
    attempt: 0,
    route: embedding ? 'POST /v1/embeddings' : 'POST /v1/chat/completions',
    client: clientOfUserAgent(key.client),
    errorText:
      outcome === 'refused' ? `The API key "${key.name}" may make 60 requests a minute and has made them.` : null,
    modelAsked: model,
    replayOf: null,
    captured: false,
  };
}

/** Numbers from 0 to 1, the same for the same seed: a linear congruential generator with the constants of Numerical Recipes. */
function sequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

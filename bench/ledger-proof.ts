// Proves the ledger: thousands of requests over many keys at the built gateway, with clients that leave and an upstream that
// fails, and a `kill -9` every so often. Then every request must be accounted for: by one row, or by the second before a kill.
// Ends the gateways that it started, by their id, and no other process.

import { Agent, type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Children } from './children.ts';
import { type KeyhatchProfile, makeProfile, startKeyhatch } from './keyhatch-server.ts';
import { startMoodyUpstream } from './moody-upstream.ts';

export type ProofOptions = {
  readonly children: Children;
  readonly program: string;
  /** An empty folder for the profile. */
  readonly folder: string;
  readonly requests: number;
  readonly keys: number;
  /** After how many requests the gateway is killed, again and again. */
  readonly killEvery: number;
};

/** How a request ended for its client. `ended`: with a whole answer or an error; `left`: by leaving; `cut`: by a kill. */
type Fate = 'ended' | 'left' | 'cut';
type Sent = { readonly id: string | undefined; readonly fate: Fate; readonly endedAt: number; readonly life: number };

export type Account = {
  readonly sent: number;
  readonly kills: number;
  readonly rows: number;
  readonly fates: Readonly<Record<Fate, number>>;
  /** Requests that ended, whose id the client knows, and of which there is a row. */
  readonly found: number;
  /** Milliseconds before a kill at which those ended of which there is none; greatest first. */
  readonly lostMs: readonly number[];
  /** Such in a life of the gateway that ended as it was told to. */
  readonly lostWithoutKill: number;
  /** Rows of requests that left or were cut, and whose id the client knows. */
  readonly foundOfOthers: number;
  /** Rows that no client knows the id of, and how many requests have an unknown id. */
  readonly rowsUnknown: number;
  readonly sentUnknown: number;
  readonly idsTwice: number;
  /** Differences between rows and sums, by grain and key. */
  readonly differences: readonly string[];
};

const leavesAtMostMs = 30;
const leaving = 0.1;

export async function proveLedger(options: ProofOptions): Promise<Account> {
  const { children, program, folder, keys: keyCount } = options;
  const upstream = await startMoodyUpstream();
  try {
    const profile = await makeProfile({ children, upstreamPort: upstream.port, program, folder, keyCount });
    const { sent, killedAt } = await runAll(options, upstream.port, profile);
    return account(join(folder, 'keyhatch.db'), sent, killedAt);
  } finally {
    await upstream.close();
  }
}

async function runAll(options: ProofOptions, upstreamPort: number, profile: KeyhatchProfile) {
  const sent: Sent[] = [];
  const killedAt: number[] = [];
  const begin = () => startKeyhatch({ children: options.children, upstreamPort, profile, nodeArgs: [] });
  let gateway = await begin();
  let agent = new Agent({ keepAlive: true });
  let again: Promise<void> | undefined;
  let left = options.requests;

  async function killAndBegin(): Promise<void> {
    killedAt.push(Date.now());
    process.kill(gateway.pid, 'SIGKILL');
    agent.destroy();
    gateway = await begin();
    agent = new Agent({ keepAlive: true });
    again = undefined;
  }

  async function client(key: string): Promise<void> {
    while (left > 0) {
      await again;
      const life = killedAt.length;
      left -= 1;
      const outcome = await ask(gateway.port, key, agent);
      // Nobody was there to take it.
      if (outcome === 'refused') left += 1;
      else
        sent.push({
          ...outcome,
          fate: killedAt.length > life && outcome.fate !== 'left' ? cutOr(outcome) : outcome.fate,
          life,
        });
      if (again === undefined && sent.length >= (killedAt.length + 1) * options.killEvery && left > 0) {
        again = killAndBegin();
      }
    }
  }
  await Promise.all(profile.keys.map(client));
  await again;
  agent.destroy();
  await gateway.stop();
  return { sent, killedAt };
}

const cutOr = ({ whole }: { readonly whole: boolean }): Fate => (whole ? 'ended' : 'cut');

type Outcome = {
  readonly id: string | undefined;
  readonly fate: Fate;
  readonly whole: boolean;
  readonly endedAt: number;
};

/** One request; the client of every tenth leaves early. */
function ask(port: number, key: string, agent: Agent): Promise<Outcome | 'refused'> {
  const { promise, resolve } = Promise.withResolvers<Outcome | 'refused'>();
  const body = JSON.stringify({
    model: 'moody',
    stream: Math.random() < 0.5,
    messages: [{ role: 'user', content: 'Hello' }],
  });
  const headers = {
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  };
  let id: string | undefined;
  let connected = false;
  const end = (fate: Fate, whole: boolean) => {
    clearTimeout(leave);
    resolve(connected ? { id, fate, whole, endedAt: Date.now() } : 'refused');
  };
  const asked = request(
    { port, path: '/v1/chat/completions', method: 'POST', headers, agent },
    (answer: IncomingMessage) => {
      id = answer.headers['x-request-id']?.toString();
      answer.once('error', () => end('ended', false));
      answer.once('end', () => end('ended', true));
      answer.resume();
    },
  );
  asked.once('socket', (socket) => {
    if (!socket.connecting) connected = true;
    else socket.once('connect', () => (connected = true));
  });
  asked.once('error', () => end('ended', false));
  asked.end(body);
  const leave =
    Math.random() < leaving
      ? setTimeout(() => {
          end('left', false);
          asked.destroy();
        }, Math.random() * leavesAtMostMs)
      : undefined;
  return promise;
}

function account(file: string, sent: readonly Sent[], killedAt: readonly number[]): Account {
  const db = new DatabaseSync(file, { readOnly: true });
  const listed = db
    .prepare('SELECT id FROM requests')
    .all()
    .map(({ id }) => String(id));
  const rows = new Set(listed);
  const ended = sent.filter(({ fate, id }) => fate === 'ended' && id !== undefined);
  const missing = ended.filter(({ id }) => !rows.has(id ?? ''));
  const known = new Set(sent.map(({ id }) => id));
  const lost = missing.filter(({ life }) => life < killedAt.length);
  const differences = [60, 3_600, 86_400].flatMap((grain) => differencesOf(db, grain));
  db.close();
  return {
    sent: sent.length,
    kills: killedAt.length,
    rows: listed.length,
    fates: { ended: countOf(sent, 'ended'), left: countOf(sent, 'left'), cut: countOf(sent, 'cut') },
    found: ended.length - missing.length,
    lostMs: lost.map(({ life, endedAt }) => (killedAt[life] ?? 0) - endedAt).sort((a, b) => b - a),
    lostWithoutKill: missing.length - lost.length,
    foundOfOthers: sent.filter(({ fate, id }) => fate !== 'ended' && id !== undefined && rows.has(id)).length,
    rowsUnknown: listed.filter((id) => !known.has(id)).length,
    sentUnknown: sent.filter(({ id }) => id === undefined).length,
    idsTwice: listed.length - rows.size,
    differences,
  };
}

const countOf = (sent: readonly Sent[], fate: Fate) => sent.filter((one) => one.fate === fate).length;

function differencesOf(db: DatabaseSync, grain: number): string[] {
  const figures = (from: string) =>
    new Map(
      db
        .prepare(from)
        .all(...(from.includes('?') ? [grain] : []))
        .map(({ key, ...sums }) => [String(key), JSON.stringify(sums)]),
    );
  const ofRows = figures(`
    SELECT key_id AS key, count(*) AS requests, coalesce(sum(tokens_in), 0) AS tokensIn,
      coalesce(sum(tokens_out), 0) AS tokensOut, sum(outcome = 'refused') AS refused
    FROM requests GROUP BY 1`);
  const ofSums = figures(`
    SELECT g.key_id AS key, sum(u.requests) AS requests, sum(u.tokens_in) AS tokensIn,
      sum(u.tokens_out) AS tokensOut, sum(u.refused) AS refused
    FROM usage_rollups u JOIN usage_groups g ON g.id = u.group_id WHERE u.grain = ? GROUP BY 1`);
  return [...new Set([...ofRows.keys(), ...ofSums.keys()])]
    .filter((key) => ofRows.get(key) !== ofSums.get(key))
    .map((key) => `grain ${grain}, ${key}: rows ${ofRows.get(key)}, sums ${ofSums.get(key)}`);
}

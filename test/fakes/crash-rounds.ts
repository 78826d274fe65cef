// `kill -9` in the middle of load, again and again on one profile: what keys were given while it ran is held against what
// they may have, over all ends and starts together. For the test, and for the script that does it fifty times.

import { chatUsage } from './fake-upstream.ts';
import type { KeyhatchProcess, Profile } from './keyhatch-process.ts';
import { tryKey } from './try-key.ts';

/** What one request is held for and uses: its prompt is 2 tokens, which the upstream counts as 7. */
const tokensEach = chatUsage.total_tokens;
const body = { max_tokens: tokensEach - 2 };
const clientsEach = 3;

const minuteLimit = 40;
const totalBudget = 3_000;
const dayBudget = 10_000_000;

export type CrashFindings = {
  readonly rounds: number;
  readonly answered: number;
  /** What was looser than before, or than it may be; empty when all is well. */
  readonly looser: readonly string[];
  /** How much less than was left the budget of the day had after the worst of the crashes, as a share of it. */
  readonly lostShare: number;
};

type Asked = { readonly key: string; readonly answeredAt: number[]; readonly watchers: Set<() => void> };
type OwnView = { readonly budgets: readonly { readonly used: number }[] };

/** @param start starts the program on the profile, in front of an upstream that answers at once */
export async function runCrashRounds(options: {
  readonly profile: Profile;
  readonly start: () => Promise<KeyhatchProcess>;
  readonly rounds: number;
}): Promise<CrashFindings> {
  const { profile, start, rounds } = options;
  const make = async (...flags: readonly string[]): Promise<Asked> => ({
    key: (await profile.createKey(...flags)).key,
    answeredAt: [],
    watchers: new Set(),
  });
  const minute = await make('--rpm', String(minuteLimit));
  const total = await make('--rpm', 'none', '--budget', `total:${totalBudget}tokens`);
  const day = await make(
    '--rpm',
    'none',
    '--budget',
    `day:${dayBudget}tokens`,
    '--tpm',
    '100000000',
    '--rph',
    '10000000',
  );
  const paused = await make('--name', 'paused');
  const revoked = await make('--name', 'revoked');
  await profile.json(['keys', 'pause', 'paused']);
  await profile.json(['keys', 'revoke', 'revoked', '--yes']);
  const looser: string[] = [];
  let lostShare = 0;

  for (let round = 0; round < rounds; round += 1) {
    const keyhatch = await start();
    const used = await usedOf(keyhatch, day.key);
    const known = day.answeredAt.length * tokensEach;
    if (used < known) looser.push(`round ${round}: the day's budget knows of ${used} tokens, and ${known} were used`);
    lostShare = Math.max(lostShare, (used - known) / dayBudget);
    const statuses = [await tryKey(keyhatch, paused.key), await tryKey(keyhatch, revoked.key)];
    if (statuses.join() !== 'key_paused,key_revoked') looser.push(`round ${round}: statuses are ${statuses.join()}`);
    const ends = [minute, total, day].flatMap((asked) =>
      Array.from({ length: clientsEach }, () => askUntilGone(keyhatch, asked)),
    );
    // In the middle: so many have been answered, and others are on their way.
    await Promise.race([answersFrom(day, day.answeredAt.length + 20 + (round % 7) * 5), keyhatch.exited]);
    await keyhatch.kill9();
    await Promise.all(ends);
  }

  const inMinute = mostInAnyMinute(minute.answeredAt);
  if (inMinute > minuteLimit) looser.push(`${inMinute} requests passed in one minute, and ${minuteLimit} may`);
  const spent = total.answeredAt.length * tokensEach;
  if (spent > totalBudget + tokensEach) looser.push(`${spent} tokens were used of a budget of ${totalBudget}`);
  const answered = [minute, total, day].reduce((sum, one) => sum + one.answeredAt.length, 0);
  return { rounds, answered, looser, lostShare };
}

/** Resolves once so many of its requests have been answered in all. */
function answersFrom({ answeredAt, watchers }: Asked, count: number): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (answeredAt.length < count) return;
      watchers.delete(look);
      resolve();
    };
    watchers.add(look);
  });
}

async function askUntilGone(keyhatch: KeyhatchProcess, { key, answeredAt, watchers }: Asked): Promise<void> {
  for (;;) {
    const outcome = await tryKey(keyhatch, key, body).catch(() => 'gone');
    if (outcome === 200) {
      answeredAt.push(performance.now());
      for (const look of watchers) look();
    } else if (outcome === 'gone') return;
    else await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function usedOf(keyhatch: KeyhatchProcess, key: string): Promise<number> {
  const view = (await (await keyhatch.get(key, '/keyhatch/v1/key')).json()) as OwnView;
  return view.budgets[0]?.used ?? 0;
}

/** A little less than a minute: an answer comes later than its request was counted. */
const almostAMinuteMs = 59_000;

function mostInAnyMinute(times: readonly number[]): number {
  const inMinute = (end: number) => times.filter((at) => at > end - almostAMinuteMs && at <= end).length;
  return Math.max(0, ...times.map(inMinute));
}

// Limits over ends that are not clean: what was used stays used, however the program ended and however often.

import { afterEach, beforeEach, expect, test } from 'vitest';
import type { LimitStates } from '../../../shared/limit-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { runCrashRounds } from '../../fakes/crash-rounds.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';
import { tryKey } from '../../fakes/try-key.ts';

let upstream: FakeUpstream;
let profile: Profile;

beforeEach(async () => {
  upstream = await startFakeUpstream();
  profile = await makeProfile();
});
afterEach(async () => {
  await profile.remove();
  await upstream.close();
});

const start = () => profile.start({ args: ['--upstream', upstream.url] });

test('killed eight times under load, no limit, budget or status is looser than before', async () => {
  const found = await runCrashRounds({ profile, start, rounds: 8 });
  expect(found.looser).toEqual([]);
  expect(found.answered).toBeGreaterThan(8 * 20);
  // 2 % of the budget a crash, and what ran.
  expect(found.lostShare).toBeLessThan(8 * 0.021);
});

test('after a clean end a budget is exactly what it was, and a spent one shows in the key’s status', async () => {
  const first = await start();
  const { id, key } = await first.createKey('--budget', 'total:15tokens', '--rph', '100', '--tpm', '5000');
  expect([await tryKey(first, key), await tryKey(first, key), await tryKey(first, key)]).toEqual([
    200,
    200,
    'budget_spent',
  ]);
  expect(await first.stop()).toBe(0);
  const second = await start();
  const facts = await second.json<KeyFacts>(['keys', 'show', id]);
  expect(facts).toMatchObject({ status: 'exhausted', budgets: [{ used: 20, reserved: 0, state: 'spent' }] });
  const limits = await second.json<LimitStates>(['limits', 'show', id]);
  expect(limits).toMatchObject({ requestsPerHour: { used: 2, remaining: 98 }, tokensPerMinute: { used: 20 } });
  await second.json(['keys', 'top-up', id, '--budget', 'total:100tokens', '--for', '1h']);
  expect(await tryKey(second, key)).toBe(200);
  expect((await second.json<KeyFacts>(['keys', 'show', id])).status).toBe('active');
});

// `kill -9` in the middle of load: the next start works without a hand being lent, no key and no setting is lost, no limit
// is given back, and at most the last second of rows is missing.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CreatedKey, KeyFacts, Status } from '../../../shared/model.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { unrulyAnswer } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';
import { tryKey } from '../../fakes/try-key.ts';

let upstream: FakeUpstream;
let profile: Profile;

beforeEach(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  profile = await makeProfile();
});
afterEach(async () => {
  await profile.remove();
  await upstream.close();
});

const start = () => profile.start({ args: ['--upstream', upstream.url] });

/** Requests of every kind, without a pause, until the server is gone. @returns how many were answered with 200 */
async function load(keyhatch: KeyhatchProcess, key: string): Promise<number> {
  let answered = 0;
  const models = ['m', 'm', 'dies-streaming', 'm', 'fails', 'm', 'huge'];
  async function client(offset: number): Promise<void> {
    for (let n = offset; ; n++) {
      const body = { model: models[n % models.length], stream: n % 2 === 0 };
      const outcome = await tryKey(keyhatch, key, body).catch((error: unknown) => error);
      if (outcome === 200) answered += 1;
      // A broken stream is one of ours; a connection that cannot be had is the end.
      if (outcome instanceof TypeError && outcome.message === 'fetch failed') return;
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5].map(client));
  return answered;
}

test('in the middle of load: everything that was promised to be kept is there, and the next start just works', async () => {
  const first = await start();
  const [busy, limited, paused, revoked] = [
    await first.createKey('--name', 'busy', '--rpm', 'none'),
    await first.createKey('--name', 'limited', '--rpm', '2'),
    await first.createKey('--name', 'paused'),
    await first.createKey('--name', 'revoked'),
  ];
  expect([await tryKey(first, limited.key), await tryKey(first, limited.key)]).toEqual([200, 200]);
  await first.json(['keys', 'pause', 'paused']);
  // What is not yet on the disk is written for the report.
  const counted = await first.json<UsageReport>(['usage']);
  const answered = load(first, busy.key);
  // Changes under load, the last of them as late as can be.
  await first.json(['keys', 'revoke', 'revoked', '--yes']);
  await first.json(['settings', 'set', 'keys.defaultRpm', '17']);
  const late = await first.createKey('--name', 'made under load');
  const { key: rotated } = await first.json<CreatedKey>(['keys', 'rotate', 'busy', '--grace', '1h']);
  await first.kill9();
  expect(await answered).toBeGreaterThan(5);
  // It had no time to tidy up.
  expect(existsSync(join(profile.dataDir, 'holder.json'))).toBe(true);

  const second = await start();
  const outcomes = await Promise.all(
    [busy.key, rotated, late.key, paused.key, revoked.key, limited.key].map((key) => tryKey(second, key)),
  );
  expect(outcomes).toEqual([200, 200, 200, 'key_paused', 'key_revoked', 'rate_limited']);
  const { limits } = await second.json<KeyFacts>(['keys', 'create', '--name', 'after']);
  expect(limits.rpm).toBe(17);
  const { total } = await second.json<UsageReport>(['usage']);
  expect(total.requests).toBeGreaterThanOrEqual(counted.total.requests);
  expect((await second.json<Status>(['status'])).warnings).toEqual([]);
  expect(await second.stop()).toBe(0);

  const db = new DatabaseSync(join(profile.dataDir, 'keyhatch.db'), { readOnly: true });
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
});

test('again and again, while keys are being made: each one that was shown works', async () => {
  const shown: string[] = [];
  for (let round = 0; round < 3; round++) {
    const keyhatch = await start();
    const ends = load(keyhatch, shown[0] ?? 'sk-none-yet-but-soon');
    const making = [0, 1, 2].map((n) => keyhatch.createKey('--name', `round ${round} key ${n}`, '--rpm', 'none'));
    // The first one that is done pulls the plug on the others, wherever they are.
    const first = await Promise.race(making);
    await keyhatch.kill9();
    const rest = await Promise.allSettled(making);
    shown.push(first.key, ...rest.flatMap((one) => (one.status === 'fulfilled' ? one.value.key : [])));
    await ends;
  }
  const keyhatch = await start();
  const outcomes = await Promise.all(shown.map((key) => tryKey(keyhatch, key)));
  expect(outcomes).toEqual(shown.map(() => 200));
  // And none is listed that nobody can use.
  const listed = await keyhatch.json<KeyFacts[]>(['keys', 'list']);
  expect(listed.filter(({ usable }) => !usable)).toEqual([]);
});

test('commands find out that nobody is there any more, and work at rest', async () => {
  const first = await start();
  const { id } = await first.createKey('--name', 'left');
  await first.kill9();
  expect(await profile.json<KeyFacts[]>(['keys', 'list'])).toMatchObject([{ id }]);
  expect(await profile.json<Status>(['status'])).toMatchObject({ shell: 'at-rest', server: { state: 'stopped' } });
  expect(await (await start()).json<Status>(['status'])).toMatchObject({ shell: 'serve', keys: { total: 1 } });
});

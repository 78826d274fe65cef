// What outlives the process: keys and their secrets, the main key, used-up minutes, totals and the ownership of stored
// responses. Across an orderly stop and a start; crash.test.ts has the disorderly one.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CreatedKey, KeyFacts, Status, UpstreamStatus } from '../../../shared/model.ts';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { dialectAnswer } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, makeProfile, type Profile, type StartOptions } from '../../fakes/keyhatch-process.ts';
import { tryKey } from '../../fakes/try-key.ts';

let upstream: FakeUpstream;

beforeAll(async () => {
  let made = 0;
  upstream = await startFakeUpstream((arrival, res, req) => {
    if (!arrival.path.startsWith('/v1/responses')) return dialectAnswer(arrival, res, req);
    if (arrival.method === 'POST') made += 1;
    const id = arrival.path.split('/')[3] ?? `resp_${made}`;
    return json(res, 200, { id, object: 'response', status: 'completed', output: [], usage: null });
  });
});
afterAll(() => upstream?.close());
/** A test on a profile of its own, and how to start in front of the fake. */
function lasting(name: string, body: (bed: Bed) => Promise<void>): void {
  test.concurrent(name, async () => {
    const profile = await makeProfile();
    const start = (options: StartOptions = {}) =>
      profile.start({ ...options, args: ['--upstream', upstream.url, ...(options.args ?? [])] });
    try {
      await body({ profile, start });
    } finally {
      await profile.remove();
    }
  });
}

type Bed = {
  readonly profile: Profile;
  readonly start: (options?: StartOptions) => Promise<KeyhatchProcess>;
};

describe.concurrent('keys', () => {
  lasting('made at rest work after the start, and nothing listens for that', async ({ profile, start }) => {
    const { id, key } = await profile.createKey('--name', 'early', '--rpm', '7');
    expect(await profile.json<Status>(['status'])).toMatchObject({
      shell: 'at-rest',
      server: { state: 'stopped', urls: [] },
      keys: { active: 1, total: 1 },
    });
    const keyhatch = await start();
    expect(await tryKey(keyhatch, key)).toBe(200);
    expect(await keyhatch.json<KeyFacts>(['keys', 'show', 'early'])).toMatchObject({ id, limits: { rpm: 7 } });
  });

  lasting('keep what they are over a restart: secret, state, limits, grace', async ({ start }) => {
    const first = await start();
    const [plain, paused, revoked, gone, rotated] = await Promise.all(
      ['plain', 'paused', 'revoked', 'gone', 'rotated'].map((name) =>
        first.createKey('--name', name, '--project', 'p', '--new-project'),
      ),
    );
    await first.json(['keys', 'pause', 'paused']);
    await first.json(['keys', 'revoke', 'revoked', '--yes']);
    await first.json(['keys', 'delete', 'gone', '--yes']);
    const { key: fresh } = await first.json<CreatedKey>(['keys', 'rotate', 'rotated', '--grace', '1h']);
    const before = await first.json<KeyFacts[]>(['keys', 'list']);
    expect(await first.stop()).toBe(0);

    const second = await start();
    expect(await second.json<KeyFacts[]>(['keys', 'list'])).toEqual(before);
    const secrets = [plain, paused, revoked, gone, rotated].map((one) => one?.key ?? '');
    const outcomes = await Promise.all([...secrets, fresh].map((key) => tryKey(second, key)));
    expect(outcomes).toEqual([200, 'key_paused', 'key_revoked', 'key_unknown', 200, 200]);
  });

  lasting('changed at rest are as changed after the start', async ({ profile, start }) => {
    const [one, other] = [await profile.createKey('--name', 'one'), await profile.createKey('--name', 'other')];
    await profile.json(['keys', 'pause', 'one']);
    const { key: fresh } = await profile.json<CreatedKey>(['keys', 'rotate', 'other', '--grace', 'none']);
    const keyhatch = await start();
    const outcomes = await Promise.all([one.key, other.key, fresh].map((key) => tryKey(keyhatch, key)));
    expect(outcomes).toEqual(['key_paused', 'key_unknown', 200]);
  });
});

describe.concurrent('the main key', () => {
  const value = 'my-own-main-key-value';

  lasting('comes over stdin, is an ordinary key named main, and stays without being said again', async ({ start }) => {
    const first = await start({ args: ['--api-key-file', '-'], stdin: `${value}\n` });
    expect(await tryKey(first, value)).toBe(200);
    const main = await first.json<KeyFacts>(['keys', 'show', 'main']);
    expect(main).toMatchObject({ name: 'main', origin: 'typed', status: 'active' });
    expect(first.stderr()).not.toContain('--api-key can be seen');
    await first.stop();

    const second = await start();
    expect(await tryKey(second, value)).toBe(200);
    expect((await second.json<KeyFacts>(['keys', 'show', 'main'])).id).toBe(main.id);
    await second.stop();

    const third = await start({ args: ['--api-key-file', '-'], stdin: value });
    expect(await third.json<KeyFacts[]>(['keys', 'list'])).toHaveLength(1);
  });

  lasting('takes another value under the same id, and the one before ends', async ({ start }) => {
    const first = await start({ args: ['--api-key-file', '-'], stdin: value });
    const { id } = await first.json<KeyFacts>(['keys', 'show', 'main']);
    await first.stop();
    const second = await start({ env: { KEYHATCH_API_KEY: 'another-value-for-main' } });
    expect([await tryKey(second, value), await tryKey(second, 'another-value-for-main')]).toEqual(['key_unknown', 200]);
    expect((await second.json<KeyFacts>(['keys', 'show', 'main'])).id).toBe(id);
  });

  lasting('given as an argument comes with one warning that arguments can be seen', async ({ start }) => {
    const keyhatch = await start({ args: ['--api-key', value] });
    expect(await tryKey(keyhatch, value)).toBe(200);
    expect(keyhatch.stderr().match(/--api-key can be seen by other programs/g)).toHaveLength(1);
    expect(keyhatch.stderr() + keyhatch.stdout()).not.toContain(value);
  });

  lasting('does not come back when it was revoked', async ({ start }) => {
    const first = await start({ args: ['--api-key-file', '-'], stdin: value });
    await first.json(['keys', 'revoke', 'main', '--yes']);
    expect(await tryKey(first, value)).toBe('key_revoked');
    await first.stop();
    const second = await start({ args: ['--api-key-file', '-'], stdin: value });
    expect(await tryKey(second, value)).toBe('key_revoked');
  });
});

lasting('the minute that a key has used up is not given back', async ({ start }) => {
  const first = await start();
  const { id, key } = await first.createKey('--rpm', '3');
  const outcomes = [];
  for (let i = 0; i < 4; i++) outcomes.push(await tryKey(first, key));
  expect(outcomes).toEqual([200, 200, 200, 'rate_limited']);
  await first.stop();

  const second = await start();
  const refused = await second.chat(key);
  expect(refused.headers.get('x-keyhatch-error')).toBe('rate_limited');
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(Number(refused.headers.get('retry-after'))).toBeLessThan(60);
  // And no more than that: one more a minute is one more now.
  await second.json(['keys', 'edit', id, '--rpm', '4']);
  expect([await tryKey(second, key), await tryKey(second, key)]).toEqual([200, 'rate_limited']);
});

lasting('totals are the same before and after', async ({ profile, start }) => {
  const first = await start();
  const [one, other] = [await first.createKey('--name', 'one'), await first.createKey('--name', 'other', '--rpm', '0')];
  for (let i = 0; i < 3; i++) await tryKey(first, one.key);
  await tryKey(first, other.key);
  await tryKey(first, 'sk-nobody-knows-this-one');
  const groups = ['key', 'model', 'day'] as const;
  const read = (keyhatch: Pick<KeyhatchProcess, 'json'>) =>
    Promise.all(groups.map((by) => keyhatch.json<UsageReport>(['usage', '--by', by])));
  const before = await read(first);
  expect(before[0]?.total).toMatchObject({ requests: 4, refused: 1, failed: 0, tokensIn: 21, tokensOut: 9 });
  expect(before[0]?.strangers).toEqual([{ code: 'key_unknown', count: 1 }]);
  const sums = (reports: readonly UsageReport[]) => reports.map(({ lines, total }) => ({ lines, total }));
  await first.stop();

  expect(sums(await read(profile))).toEqual(sums(before));
  const second = await start();
  expect(sums(await read(second))).toEqual(sums(before));
  expect((await second.json<Status>(['status'])).requestsToday).toBe(4);
  const self = await second.get(one.key, '/keyhatch/v1/key');
  expect(await self.json()).toMatchObject({ usage_today: { requests: 3, tokens_in: 21, tokens_out: 9 } });
});

describe.concurrent('a stored response belongs to the key that made it', () => {
  /** Makes one and gives back its id. */
  async function store(keyhatch: KeyhatchProcess, key: string): Promise<string> {
    const response = await fetch(`${keyhatch.url}/v1/responses`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'hi' }),
    });
    return ((await response.json()) as { id: string }).id;
  }

  async function read(keyhatch: KeyhatchProcess, key: string, id: string): Promise<number | string> {
    const response = await keyhatch.get(key, `/v1/responses/${id}`);
    await response.arrayBuffer();
    return response.headers.get('x-keyhatch-error') ?? response.status;
  }

  lasting('also after a restart, on an upstream that is kept', async ({ profile }) => {
    await profile.json<UpstreamStatus>(['upstreams', 'add', upstream.url, '--vault', 'file']);
    const first = await profile.start();
    const [owner, other] = [await first.createKey(), await first.createKey()];
    const id = await store(first, owner.key);
    expect([await read(first, owner.key, id), await read(first, other.key, id)]).toEqual([200, 'response_unknown']);
    await first.stop();
    const second = await profile.start();
    expect([await read(second, owner.key, id), await read(second, other.key, id)]).toEqual([200, 'response_unknown']);
  });

  lasting('also after a restart, on the same upstream given by the same flag', async ({ start }) => {
    const first = await start();
    const [owner, other] = [await first.createKey(), await first.createKey()];
    const id = await store(first, owner.key);
    await first.stop();
    const second = await start();
    expect([await read(second, owner.key, id), await read(second, other.key, id)]).toEqual([200, 'response_unknown']);
  });

  lasting('and to the key, not to its secret: a rotated key still has it', async ({ start }) => {
    const first = await start();
    const owner = await first.createKey();
    const id = await store(first, owner.key);
    const { key } = await first.json<CreatedKey>(['keys', 'rotate', owner.id, '--grace', 'none']);
    expect(await read(first, key, id)).toBe(200);
  });
});

lasting('settings that were changed stay changed', async ({ start }) => {
  const first = await start();
  await first.json(['settings', 'set', 'keys.defaultRpm', '5']);
  await first.json(['settings', 'set', 'server.allowedHosts', 'nas.lan', '--add']);
  await first.stop();
  const second = await start();
  expect((await second.json<KeyFacts>(['keys', 'create', '--name', 'new'])).limits.rpm).toBe(5);
  expect(await second.json(['settings', 'get', 'server.allowedHosts'])).toMatchObject({ value: ['nas.lan'] });
});

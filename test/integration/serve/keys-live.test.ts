// The life of keys through the command line on a running instance: every change acts on the next request, and ending a
// key ends what it is running within a second.

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { CreatedKey, KeyFacts } from '../../../shared/model.ts';
import { unrulyAnswer } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';
import { tryKey } from '../../fakes/try-key.ts';

let upstream: FakeUpstream;
let keyhatch: KeyhatchProcess;

beforeAll(async () => {
  upstream = await startFakeUpstream(unrulyAnswer);
  keyhatch = await startKeyhatch({ args: ['--upstream', upstream.url] });
});
afterAll(async () => {
  await keyhatch?.close();
  await upstream?.close();
});

const untilTryIs = (key: string, outcome: string) =>
  vi.waitUntil(async () => (await tryKey(keyhatch, key)) === outcome, { timeout: 10_000 });

const show = (ref: string) => keyhatch.json<KeyFacts>(['keys', 'show', ref]);

describe.concurrent('a key that was just made', () => {
  test('is printed once, works at once, and is shown without its secret ever after', async () => {
    const flags = [
      '--name',
      'laptop',
      '--project',
      'home',
      '--new-project',
      '--expires',
      '30d',
      '--rpm',
      '90',
      '--parallel',
      '4',
    ];
    const created = await keyhatch.json<CreatedKey & KeyFacts>(['keys', 'create', ...flags, '--models', 'm, n']);
    expect(created.key).toMatch(new RegExp(`^kh_${created.id}_[0-9A-Za-z]{38}$`));
    expect(await tryKey(keyhatch, created.key)).toBe(200);
    const shown = await keyhatch.cli(['keys', 'show', 'laptop', '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      id: created.id,
      name: 'laptop',
      project: 'home',
      status: 'active',
      limits: { rpm: 90, parallel: 4 },
      models: ['m', 'n'],
      usable: true,
    });
    const listed = await keyhatch.cli(['keys', 'list']);
    expect(listed.stdout).toContain('laptop');
    expect(shown.stdout + listed.stdout + shown.stderr + listed.stderr).not.toContain(created.key.slice(-38));
  });

  test('can be copied from the text for people, with the lines that put it to use', async () => {
    const { stdout, code } = await keyhatch.cli(['keys', 'create', '--name', 'for people']);
    expect(code).toBe(0);
    const [key = ''] = /kh_\w{8}_\w{38}/.exec(stdout) ?? [];
    expect(await tryKey(keyhatch, key)).toBe(200);
    expect(stdout).toContain(`export OPENAI_API_KEY=${key}`);
    expect(stdout).toContain(`export OPENAI_BASE_URL=${keyhatch.saidUrl}/v1`);
  });

  test('has 60 requests a minute unless told otherwise', async () => {
    const { id } = await keyhatch.createKey();
    expect((await show(id)).limits).toEqual({ rpm: 60, parallel: null });
  });

  test('can have a value of its owner’s own, once', async () => {
    const value = 'correct-horse-battery';
    const made = await keyhatch.cli(['keys', 'create', '--name', 'typed', '--value-stdin', '--json'], {
      stdin: `${value}\n`,
    });
    expect(made.code).toBe(0);
    expect(JSON.parse(made.stdout)).toMatchObject({ key: value, name: 'typed', origin: 'typed' });
    expect(await tryKey(keyhatch, value)).toBe(200);
    const again = await keyhatch.cli(['keys', 'create', '--name', 'other', '--value-stdin'], { stdin: value });
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining('another key has it already') });
    expect(again.stderr).not.toContain(value);
  });

  for (const [what, stdin, says] of [
    ['too short', 'short', /fewer than 16/],
    ['like ours', `kh_abcdefgh_${'x'.repeat(38)}`, /begins like a key that Keyhatch makes/],
    ['a token that somebody signed', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', /signed token/],
    ['with a space', 'correct horse battery staple', /space/],
  ] as const) {
    test(`cannot have a value that is ${what}`, async () => {
      const refused = await keyhatch.cli(['keys', 'create', '--name', what, '--value-stdin'], { stdin });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(says);
      expect((await keyhatch.cli(['keys', 'show', what])).code).toBe(1);
    });
  }

  test('cannot have nothing at all as its value', async () => {
    expect((await keyhatch.cli(['keys', 'create', '--name', 'empty', '--value-stdin'])).code).toBe(2);
  });
});

describe.concurrent('a change acts on the next request', () => {
  test('pause and resume', async () => {
    const { id, key } = await keyhatch.createKey('--name', 'tablet');
    await keyhatch.json(['keys', 'pause', 'tablet']);
    expect(await tryKey(keyhatch, key)).toBe('key_paused');
    expect((await show(id)).status).toBe('paused');
    await keyhatch.json(['keys', 'resume', id]);
    expect(await tryKey(keyhatch, key)).toBe(200);
  });

  test('limits, models, expiry, name and project', async () => {
    const { id, key } = await keyhatch.createKey('--name', 'before');
    await keyhatch.json(['keys', 'edit', id, '--models', 'other']);
    expect(await tryKey(keyhatch, key)).toBe('model_not_allowed');
    await keyhatch.json(['keys', 'edit', id, '--models', 'all', '--rpm', '0']);
    expect(await tryKey(keyhatch, key)).toBe('key_blocked');
    await keyhatch.json(['keys', 'edit', id, '--rpm', 'none', '--expires', '1s']);
    await untilTryIs(key, 'key_expired');
    expect((await show(id)).status).toBe('expired');
    await keyhatch.json([
      'keys',
      'edit',
      id,
      '--expires',
      'never',
      '--name',
      'after',
      '--project',
      'garden',
      '--new-project',
    ]);
    expect(await tryKey(keyhatch, key)).toBe(200);
    expect(await show('after')).toMatchObject({ id, project: 'garden', status: 'active', expiresAt: null });
    await keyhatch.json(['keys', 'edit', id, '--project', 'none']);
    expect((await show(id)).project).toBeNull();
  });

  test('revoke is for good', async () => {
    const { id, key } = await keyhatch.createKey('--name', 'lost phone');
    expect(await tryKey(keyhatch, key)).toBe(200);
    await keyhatch.json(['keys', 'revoke', 'Lost Phone', '--yes']);
    expect(await tryKey(keyhatch, key)).toBe('key_revoked');
    for (const call of [
      ['keys', 'resume', id],
      ['keys', 'edit', id, '--expires', 'never'],
      ['keys', 'rotate', id],
    ]) {
      const refused = await keyhatch.cli(call);
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('cannot be undone') });
    }
    expect((await show(id)).status).toBe('revoked');
    expect(await tryKey(keyhatch, key)).toBe('key_revoked');
  });

  test('delete takes it off the list as well', async () => {
    const { id, key } = await keyhatch.createKey('--name', 'guest');
    await keyhatch.json(['keys', 'delete', 'guest', '--yes']);
    expect(await tryKey(keyhatch, key)).toBe('key_unknown');
    expect((await keyhatch.cli(['keys', 'show', id])).code).toBe(1);
    expect((await keyhatch.json<KeyFacts[]>(['keys', 'list'])).some((one) => one.id === id)).toBe(false);
  });

  test('rotate gives a new secret, and the old one works until its grace is over', async () => {
    const { id, key: old } = await keyhatch.createKey('--name', 'rotated');
    const { key: fresh, ...facts } = await keyhatch.json<CreatedKey & KeyFacts>([
      ...['keys', 'rotate', 'rotated', '--grace', '2s'],
    ]);
    expect(facts.id).toBe(id);
    expect(fresh).not.toBe(old);
    expect([await tryKey(keyhatch, old), await tryKey(keyhatch, fresh)]).toEqual([200, 200]);
    await untilTryIs(old, 'key_unknown');
    expect(await tryKey(keyhatch, fresh)).toBe(200);
  });

  test('rotate without grace ends the old secret now', async () => {
    const { id, key: old } = await keyhatch.createKey();
    const { key: fresh } = await keyhatch.json<CreatedKey>(['keys', 'rotate', id, '--grace', 'none']);
    expect([await tryKey(keyhatch, old), await tryKey(keyhatch, fresh)]).toEqual(['key_unknown', 200]);
  });

  test('a rotated key that is revoked ends with both its secrets', async () => {
    const { id, key: old } = await keyhatch.createKey();
    const { key: fresh } = await keyhatch.json<CreatedKey>(['keys', 'rotate', id]);
    await keyhatch.json(['keys', 'revoke', id, '--yes']);
    expect([await tryKey(keyhatch, old), await tryKey(keyhatch, fresh)]).toEqual(['key_revoked', 'key_revoked']);
  });

  test('a typed value can be rotated away', async () => {
    const value = 'typed-and-then-rotated-1';
    await keyhatch.cli(['keys', 'create', '--name', 'was typed', '--value-stdin'], { stdin: value });
    const { key } = await keyhatch.json<CreatedKey>(['keys', 'rotate', 'was typed', '--grace', 'none']);
    expect([await tryKey(keyhatch, value), await tryKey(keyhatch, key)]).toEqual(['key_unknown', 200]);
    expect(await show('was typed')).toMatchObject({ origin: 'generated' });
  });
});

describe.concurrent('ending a key ends what it runs', () => {
  /** A stream of this key that would never end, and how it ends nevertheless. */
  async function openStream(key: string) {
    const response = await keyhatch.chat(key, { model: 'stalls-streaming', stream: true });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    await reader?.read();
    const id = response.headers.get('x-request-id');
    const arrival = upstream.journal.find(({ headers }) => headers['x-request-id'] === id);
    const decoder = new TextDecoder();
    async function readToEnd(): Promise<{ readonly text: string; readonly broken: boolean }> {
      let text = '';
      try {
        for (;;) {
          const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
          if (done) return { text, broken: false };
          text += decoder.decode(value, { stream: true });
        }
      } catch {
        return { text, broken: true };
      }
    }
    return { end: readToEnd(), arrival };
  }

  const endings: Readonly<Record<string, (id: string) => Promise<unknown>>> = {
    revoke: (id) => keyhatch.json(['keys', 'revoke', id, '--yes']),
    delete: (id) => keyhatch.json(['keys', 'delete', id, '--yes']),
  };
  for (const [name, endKey] of Object.entries(endings)) {
    test(`${name}: at once, with the reason in the stream, and never as if it were complete`, async () => {
      const { id, key } = await keyhatch.createKey();
      const { end, arrival } = await openStream(key);
      await endKey(id);
      const { text, broken } = await end;
      expect(text).toContain('has been revoked');
      expect(text).not.toContain('[DONE]');
      expect(broken).toBe(true);
      expect(await arrival?.ended).toBe(false);
    });
  }

  test('revoke: also before its answer begins', async () => {
    const { id, key } = await keyhatch.createKey();
    const marker = `waiting for ${id}`;
    const waiting = keyhatch.chat(key, { model: 'stalls', messages: [{ role: 'user', content: marker }] });
    const arrivals = () => upstream.journal.filter(({ body }) => body.includes(marker));
    await vi.waitUntil(() => arrivals().length === 1, { timeout: 10_000 });
    await keyhatch.json(['keys', 'revoke', id, '--yes']);
    const response = await waiting;
    expect(response.status).toBe(401);
    expect(response.headers.get('x-keyhatch-error')).toBe('key_revoked');
    expect(await arrivals()[0]?.ended).toBe(false);
  });

  test('its expiry does, when it comes', async () => {
    const { key } = await keyhatch.createKey('--expires', '3s');
    const { end } = await openStream(key);
    const { text, broken } = await end;
    expect(text).toContain('has expired');
    expect(broken).toBe(true);
  });

  test('an expiry that it is given while it runs does as well', async () => {
    const { id, key } = await keyhatch.createKey();
    const { end } = await openStream(key);
    const { expiresAt } = await keyhatch.json<KeyFacts>(['keys', 'edit', id, '--expires', '1s']);
    const { text } = await end;
    expect(Date.now() - (expiresAt ?? 0)).toBeLessThan(1000);
    expect(text).toContain('has expired');
  });

  test('an expiry that is put off does not, until it comes', async () => {
    const { id, key } = await keyhatch.createKey('--expires', '4s');
    const { end } = await openStream(key);
    const { expiresAt } = await keyhatch.json<KeyFacts>(['keys', 'edit', id, '--expires', '5s']);
    const { text } = await end;
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt ?? Infinity);
    expect(text).toContain('has expired');
  });

  test('pause leaves what is running alone', async () => {
    const { id, key } = await keyhatch.createKey();
    const { end } = await openStream(key);
    await keyhatch.json(['keys', 'pause', id]);
    expect(await tryKey(keyhatch, key)).toBe('key_paused');
    await keyhatch.json(['keys', 'revoke', id, '--yes']);
    // Had the pause ended it, the reason would be another one.
    expect((await end).text).toContain('has been revoked');
  });

  test('and nothing that other keys run', async () => {
    const [mine, other] = await Promise.all([keyhatch.createKey(), keyhatch.createKey()]);
    const [first, second] = [await openStream(mine.key), await openStream(other.key)];
    await keyhatch.json(['keys', 'revoke', mine.id, '--yes']);
    await first.end;
    expect(await Promise.race([second.end.then(() => 'ended'), tryKey(keyhatch, other.key)])).toBe(200);
    await keyhatch.json(['keys', 'revoke', other.id, '--yes']);
    await second.end;
  });
});

describe.concurrent('names and ids', () => {
  test('both name a key, and names in whatever case', async () => {
    const { id } = await keyhatch.createKey('--name', 'Kitchen Tablet');
    expect((await show(id)).id).toBe(id);
    expect((await show('kitchen tablet')).id).toBe(id);
  });

  test('a name belongs to one key, whatever its case and however many ask for it at once', async () => {
    const made = await Promise.allSettled(['twin', 'Twin'].map((name) => keyhatch.createKey('--name', name)));
    expect(made.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await keyhatch.createKey('--name', 'other twin');
    for (const call of [
      ['keys', 'create', '--name', 'TWIN'],
      ['keys', 'edit', 'other twin', '--name', 'twin'],
    ]) {
      const { code, stderr } = await keyhatch.cli(call);
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('is taken') });
    }
    // Its own name in another case is no other's.
    expect(await keyhatch.json(['keys', 'edit', 'twin', '--name', 'TWIN'])).toMatchObject({ name: 'TWIN' });
  });

  test('a revoked key leaves its name to the next one', async () => {
    const first = await keyhatch.createKey('--name', 'ended');
    await keyhatch.json(['keys', 'revoke', 'ended', '--yes']);
    const second = await keyhatch.createKey('--name', 'ended');
    expect((await show('ended')).id).toBe(second.id);
    expect((await show(first.id)).status).toBe('revoked');
  });

  test('a key that is there no more leaves its name to the next one', async () => {
    const first = await keyhatch.createKey('--name', 'reused');
    await keyhatch.json(['keys', 'delete', 'reused', '--yes']);
    const second = await keyhatch.createKey('--name', 'reused');
    expect((await show('reused')).id).toBe(second.id);
    expect([await tryKey(keyhatch, first.key), await tryKey(keyhatch, second.key)]).toEqual(['key_unknown', 200]);
  });

  test('a name with control characters is refused, because a terminal would obey it', async () => {
    const refused = await keyhatch.cli(['keys', 'create', '--name', 'red\u001b[31m']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).not.toContain('\u001b');
  });
});

test('a key can ask about itself, and what it used is counted at once', async () => {
  const { id, key } = await keyhatch.createKey('--name', 'curious', '--rpm', '5');
  await tryKey(keyhatch, key);
  await tryKey(keyhatch, key);
  const response = await keyhatch.get(key, '/keyhatch/v1/key');
  expect(await response.json()).toMatchObject({
    id,
    name: 'curious',
    limits: { requests_per_minute: 5 },
    remaining: { requests_this_minute: 3 },
    usage_today: { requests: 2, tokens_in: 14, tokens_out: 6 },
  });
  await expect.poll(async () => (await show(id)).lastUsedAt, { timeout: 5000 }).not.toBeNull();
  expect(await show(id)).toMatchObject({ lastUsedFrom: '127.0.0.1' });
});

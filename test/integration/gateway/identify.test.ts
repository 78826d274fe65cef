// Who asks: every carrier, every way a key can be bad, the open mode and the localhost bypass.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

async function ask(headers: Record<string, string>, path = '/v1/chat/completions') {
  const response = await bed.fetch(path, { method: 'POST', body: chat(), key: null, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

describe('a key is taken from', () => {
  const carriers: Record<string, (key: string) => Record<string, string>> = {
    'Authorization: Bearer': (key) => ({ authorization: `Bearer ${key}` }),
    'Authorization: bearer in lower case': (key) => ({ authorization: `bearer ${key}` }),
    'x-api-key': (key) => ({ 'x-api-key': key }),
    'X-Access-Key': (key) => ({ 'X-Access-Key': key }),
    'api-key': (key) => ({ 'api-key': key }),
    'Basic, as the user': (key) => ({ authorization: basic(key, '') }),
    'Basic, as the password': (key) => ({ authorization: basic('me', key) }),
    'two carriers at once': (key) => ({ authorization: `Bearer ${key}`, 'api-key': key }),
    'one carrier beside a foreign key in another': (key) => ({
      authorization: `Bearer ${key}`,
      'x-api-key': 'sk-ant-api03-foreign',
    }),
    'one carrier beside a placeholder': (key) => ({ authorization: 'Bearer lm-studio', 'x-api-key': key }),
  };
  for (const [name, headers] of Object.entries(carriers)) {
    test(name, async () => {
      expect((await ask(headers(bed.key))).status).toBe(200);
      expect(bed.upstream.rawBytes()).toContain('POST /v1/chat/completions');
      expect(bed.upstream.rawBytes()).not.toContain(bed.key);
    });
  }
});

describe('each way of being wrong has its own code', () => {
  async function expectRefusal(headers: Record<string, string>, status: number, code: string) {
    const answer = await ask(headers);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-keyhatch-error')).toBe(code);
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
    for (const value of Object.values(headers)) expect(answer.text).not.toContain(value.replace(/^Bearer /, ''));
    expect(bed.upstream.journal).toHaveLength(0);
    return JSON.parse(answer.text) as { error: { code: string; message: string; type: string } };
  }

  test('missing', () => expectRefusal({}, 401, 'key_missing'));
  test('a placeholder counts as missing', async () => {
    for (const value of ['lm-studio', 'not-needed', 'ollama']) {
      const response = await bed.fetch('/v1/models', { key: value });
      expect(response.headers.get('x-keyhatch-error')).toBe('key_missing');
    }
  });
  test('malformed', () => expectRefusal({ authorization: `Bearer ${bed.key.slice(0, -1)}` }, 401, 'key_malformed'));
  test('unknown', async () => {
    const other = await makeBed();
    await other.close();
    const { error } = await expectRefusal({ authorization: `Bearer ${other.key}` }, 401, 'key_unknown');
    expect(error).toMatchObject({ code: 'invalid_api_key', type: 'invalid_request_error' });
  });
  test('foreign', () => expectRefusal({ 'x-api-key': 'sk-somebody-elses-key' }, 401, 'key_unknown'));
  test('revoked', () => {
    bed.changeKey(bed.keyId, { status: 'revoked' });
    return expectRefusal({ authorization: `Bearer ${bed.key}` }, 401, 'key_revoked');
  });
  test('expired', () => {
    bed.changeKey(bed.keyId, { expiresAt: Date.now() - 1 });
    return expectRefusal({ authorization: `Bearer ${bed.key}` }, 401, 'key_expired');
  });
  test('paused', () => {
    bed.changeKey(bed.keyId, { status: 'paused' });
    return expectRefusal({ authorization: `Bearer ${bed.key}` }, 403, 'key_paused');
  });
  test('two different valid ones', () => {
    const second = bed.addKey();
    return expectRefusal({ authorization: `Bearer ${bed.key}`, 'x-api-key': second.key }, 400, 'key_ambiguous');
  });
  test('a valid one beside a mistyped one of ours', () =>
    expectRefusal({ authorization: `Bearer ${bed.key}`, 'x-api-key': `${bed.key}x` }, 401, 'key_malformed'));
});

test('a locked vault says so, with a time to try again, and recovers', async () => {
  bed.lock({ vault: 'the OS keychain', reason: 'it is locked' });
  const locked = await ask({ authorization: `Bearer ${bed.key}` });
  expect(locked.status).toBe(503);
  expect(locked.headers.get('retry-after')).toBe('5');
  expect(locked.text).toContain('the OS keychain');
  bed.lock(undefined);
  expect((await ask({ authorization: `Bearer ${bed.key}` })).status).toBe(200);
});

describe('open mode', () => {
  beforeEach(() => bed.settings({ 'access.requireKey': false }));
  test('lets anybody in, whatever their key field holds', async () => {
    expect((await ask({})).status).toBe(200);
    expect((await ask({ authorization: 'Bearer sk-anything' })).status).toBe(200);
    expect(bed.rows.map(({ caller }) => caller)).toEqual(['anonymous', 'anonymous']);
  });
  test('still knows keys, and refuses ours when they are bad', async () => {
    expect((await ask({ authorization: `Bearer ${bed.key}` })).status).toBe(200);
    expect(bed.rows[0]?.keyId).toBe(bed.keyId);
    bed.changeKey(bed.keyId, { status: 'revoked' });
    expect((await ask({ authorization: `Bearer ${bed.key}` })).status).toBe(401);
  });
});

describe('this computer needs no key', () => {
  beforeEach(() => bed.settings({ 'access.localhostBypass': true }));

  const request = (lines: readonly string[]) =>
    bed
      .raw(['GET /v1/models HTTP/1.1', ...lines, 'Connection: close', '', ''].join('\r\n'))
      .then((answer) => Number(answer.slice(9, 12)));

  test('lets programs on this computer in, with nothing or a placeholder', async () => {
    expect(await request(['Host: localhost'])).toBe(200);
    expect(await request([`Host: 127.0.0.1:${bed.port}`, 'Authorization: Bearer lm-studio'])).toBe(200);
    expect(await request(['Host: localhost', 'Sec-Fetch-Site: none'])).toBe(200);
    expect(bed.rows.every(({ caller }) => caller === 'this_computer')).toBe(true);
  });
  test('is off unless it was switched on', async () => {
    bed.settings({ 'access.localhostBypass': false });
    expect(await request(['Host: localhost'])).toBe(401);
  });
  test('refuses a value that is not a valid key, so that a typo is seen', async () => {
    expect(await request(['Host: localhost', 'Authorization: Bearer sk-typo-of-something'])).toBe(401);
  });
});

test('callers without a known key are counted, not listed', async () => {
  await ask({});
  await ask({ authorization: 'Bearer sk-somebody-elses-key' });
  expect(bed.rows).toHaveLength(0);
  expect(bed.strangers).toEqual(['key_missing', 'key_unknown']);
});

// Short-lived tokens at the gateway: which are taken, each way of being wrong by its own code, and what ends them while they run.

import { SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { usualMemberLimits } from '../../../shared/people-model.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import { bearer, makeTokensBed, type TokensBed } from '../../fakes/tokens-bed.ts';

let it: TokensBed;
let token = '';
beforeEach(async () => {
  it = await makeTokensBed();
  token = (await it.login()).access_token;
});
afterEach(() => it.close());

const codeWith = async (credential: string) => (await it.chat(bearer(credential))).code;

describe('whatever was not made here, or not as we make them, is malformed', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const claims = () => ({ iss: 'keyhatch', aud: 'keyhatch-gateway', sub: 'person01', jti: 'j', nbf: seconds() - 5 });
  const make = (more: object = {}, head: object = {}, secret = it.secret()) =>
    new SignJWT({ ...claims(), exp: seconds() + 60, ...more })
      .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', ...head })
      .sign(secret);

  test('what is made as ours are made is read, so that each case below has one cause', async () => {
    expect(await codeWith(await make())).toBe('token_revoked');
  });
  const cases: Record<string, () => string | Promise<string>> = {
    'no signature (alg none)': () => new UnsecuredJWT({ ...claims(), exp: seconds() + 60 }).encode(),
    'our own with its signature taken off': () => `${token.split('.').slice(0, 2).join('.')}.`,
    'alg none, with our payload': () =>
      [Buffer.from('{"alg":"none","typ":"at+jwt"}').toString('base64url'), token.split('.')[1], ''].join('.'),
    'another algorithm': () => make({}, { alg: 'HS512' }, Buffer.alloc(64, 1)),
    'another secret': () => make({}, {}, Buffer.alloc(32, 1)),
    'another type': () => make({}, { typ: 'JWT' }),
    'a header more': () => make({}, { kid: '../../etc/passwd' }),
    'another issuer': () => make({ iss: 'elsewhere' }),
    'another audience': () => make({ aud: 'dashboard' }),
    'two audiences': () => make({ aud: ['keyhatch-gateway', 'elsewhere'] }),
    'not valid yet': () => make({ nbf: seconds() + 3600 }),
    'no end': () => make({ exp: undefined }),
    'nobody’s': () => make({ sub: undefined }),
    'without an id': () => make({ jti: undefined }),
    'a changed payload': () => {
      const [head = '', payload = '', signature = ''] = token.split('.');
      const other = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      return [head, Buffer.from(JSON.stringify({ ...other, sub: 'owner' })).toString('base64url'), signature].join('.');
    },
    'a second spelling of the signature': () => respell(token),
    'a huge one': () => `${token}${'A'.repeat(2000)}`,
  };
  for (const [name, forge] of Object.entries(cases)) {
    test(name, async () => {
      const answer = await it.chat(bearer(await forge()));
      expect(answer).toMatchObject({ status: 401, code: 'token_malformed' });
      expect(it.bed.upstream.journal).toHaveLength(0);
    });
  }
  test('and is a guess, for the lockout', async () => {
    it.bed.settings({ 'access.lockoutAttempts': 1 });
    const forged = await make({}, {}, Buffer.alloc(32, 1));
    const guess = async () => (await it.chat({ ...bearer(forged), via: '1.1 elsewhere' })).code;
    expect([await guess(), await guess()]).toEqual(['token_malformed', 'too_many_attempts']);
  });
});

test('an expired one is told apart from a damaged one, in the dialect of whoever asks', async () => {
  it.passTime(3_600_001);
  expect(await it.chat(bearer(token))).toMatchObject({
    status: 401,
    code: 'token_expired',
    body: { error: { code: 'token_expired' } },
  });
  expect(await it.chat({ 'x-api-key': token }, '/v1/messages')).toMatchObject({
    status: 401,
    body: { type: 'error', error: { type: 'authentication_error', details: { error_code: 'token_expired' } } },
  });
});

test('another service’s token beside a key is no mistake', async () => {
  const foreign = await new SignJWT({ iss: 'supabase' }).setProtectedHeader({ alg: 'HS256' }).sign(Buffer.alloc(32, 2));
  const answer = await it.chat({ ...bearer(foreign), 'x-api-key': it.bed.key });
  expect(answer.status).toBe(200);
  expect(it.bed.rows[0]).toMatchObject({ keyId: it.bed.keyId, caller: 'key' });
});

test('a token beside a key of somebody is ambiguous', async () => {
  expect((await it.chat({ ...bearer(token), 'x-api-key': it.bed.key })).code).toBe('key_ambiguous');
});

test('where tokens alone are taken, keys are known and refused', async () => {
  it.take('tokens');
  expect(await codeWith(it.bed.key)).toBe('keys_not_taken');
  expect(await codeWith('sk-nobody-knows-this-one')).toBe('key_unknown');
  expect(await codeWith(token)).toBeUndefined();
});

test('a person’s limits hold for all their tokens together', async () => {
  it.changePerson({ limits: { ...usualMemberLimits, rpm: 2, models: ['m'], operations: ['chat'] } });
  const [one, two] = [await it.login(), await it.login()];
  expect(await codeWith(one.access_token)).toBeUndefined();
  expect(await codeWith(two.access_token)).toBeUndefined();
  expect(await codeWith(one.access_token)).toBe('rate_limited');
  const headers = bearer(two.access_token);
  expect((await it.bed.fetch('/v1/models', { key: null, headers })).status).toBe(403);
});

describe('ends at once, and what runs with it', () => {
  async function startStream() {
    const held = holdStreams();
    it.bed.upstream.behave = held.behave;
    const response = await it.bed.fetch('/v1/chat/completions', {
      method: 'POST',
      body: JSON.stringify({ model: 'm', messages: [], stream: true }),
      key: null,
      headers: bearer(token),
    });
    return response;
  }
  async function expectEnded(response: Response) {
    const row = it.bed.nextRow();
    const text = await response.text().catch(() => '');
    expect(text).not.toContain('[DONE]');
    expect(await row).toMatchObject({ outcome: 'ended', errorCode: 'token_revoked', caller: 'token' });
    expect(await codeWith(token)).toBe('token_revoked');
  }

  test('when its person is paused', async () => {
    const response = await startStream();
    const ended = expectEnded(response);
    it.changePerson({ status: 'paused' });
    await ended;
    it.changePerson({ status: 'active' });
    expect(await codeWith(token)).toBe('token_revoked');
  });
  test('when their role or their password changes', async () => {
    const response = await startStream();
    const ended = expectEnded(response);
    it.changePerson({ role: 'manager' });
    await ended;
  });
  test('when they sign out', async () => {
    const response = await startStream();
    const ended = expectEnded(response);
    await it.auth('logout', { token });
    await ended;
  });
  test('when a refresh token of the same sign-in is shown twice', async () => {
    const { refresh_token } = await it.login();
    await it.auth('refresh', { refresh_token });
    const before = await startStream();
    // Another sign-in's misfortune is not this one's.
    await it.auth('refresh', { refresh_token });
    expect(it.bed.gateway.running()).toBe(1);
    await before.body?.cancel();
  });
});

test('a request that has begun outlives the hour of its token', async () => {
  const held = holdStreams();
  it.bed.upstream.behave = held.behave;
  const body = JSON.stringify({ model: 'm', messages: [], stream: true });
  const running = await it.bed.fetch('/v1/chat/completions', {
    method: 'POST',
    body,
    key: null,
    headers: bearer(token),
  });
  it.passTime(3_600_001);
  it.bed.gateway.passesChanged();
  held.letGo();
  expect(await running.text()).toContain('[DONE]');
});

/** The last letter of a signature holds two bits that say nothing. */
function respell(signed: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = letters.indexOf(signed.at(-1) ?? '');
  return signed.slice(0, -1) + letters[last ^ 1];
}

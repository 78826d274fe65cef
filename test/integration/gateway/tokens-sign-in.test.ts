// Signing in for short-lived tokens at the dashboard, exchanging them, and what ends them all.

import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bearer, type Issued, makeTokensBed, type TokensBed } from '../../fakes/tokens-bed.ts';

const hourMs = 3_600_000;
let it: TokensBed;
beforeEach(async () => {
  it = await makeTokensBed();
});
afterEach(() => it.close());

const refresh = (token: string) => it.auth('refresh', { refresh_token: token });
const codeWith = async (token: string) => (await it.chat(bearer(token))).code;

test('a person signs in and comes in with what they get, as themself and marked as such', async () => {
  const issued = await it.login();
  expect(issued).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
  expect(decodeProtectedHeader(issued.access_token)).toEqual({ alg: 'HS256', typ: 'at+jwt' });
  expect(decodeJwt(issued.access_token)).toMatchObject({ iss: 'keyhatch', aud: 'keyhatch-gateway', sub: 'person01' });
  for (const headers of [bearer(issued.access_token), { 'x-api-key': issued.access_token }]) {
    expect((await it.chat(headers)).status).toBe(200);
  }
  expect(it.bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([
    ['tok-person01', 'token'],
    ['tok-person01', 'token'],
  ]);
  expect(it.bed.upstream.rawBytes()).not.toContain(issued.access_token);
  expect(it.notes).toEqual(['issued Ada']);
});

test('whose password is wrong gets nothing', async () => {
  const answer = await it.auth('login', { name: 'Ada', password: 'wrong' });
  expect(answer).toMatchObject({ status: 401, code: 'key_unknown' });
});

test('an invite is as good as a password, once', async () => {
  const answer = await it.auth('register', { invite: 'x', name: 'Ada', password: 'right horse battery' });
  expect(await codeWith((answer.body as Issued).access_token)).toBeUndefined();
});

test('a link for a new password is none: who follows it may still owe a code', async () => {
  const answer = await it.auth('register', { invite: 'reset', name: 'Ada', password: 'right horse battery' });
  expect(answer.code).toBe('invite_invalid');
});

test('whose role asks for an authenticator that they have not set up gets nothing', async () => {
  const before = await it.login();
  it.oweTotp();
  expect(await codeWith(before.access_token)).toBe('token_revoked');
  expect((await it.auth('login', { name: 'Ada', password: 'right horse battery' })).code).toBe('totp_setup_required');
  expect((await refresh(before.refresh_token)).code).toBe('token_revoked');
});

describe('the refresh token', () => {
  test('is exchanged for the next pair; what is out goes on for its hour', async () => {
    const first = await it.login();
    const second = (await refresh(first.refresh_token)).body as Issued;
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await codeWith(first.access_token)).toBeUndefined();
    it.passTime(hourMs - 1000);
    expect(await codeWith(second.access_token)).toBeUndefined();
    it.passTime(2000);
    expect(await codeWith(second.access_token)).toBe('token_expired');
    expect(await codeWith(((await refresh(second.refresh_token)).body as Issued).access_token)).toBeUndefined();
  });

  test('ends after a week without use, and after thirty days with it', async () => {
    const idle = await it.login();
    it.passTime(7 * 24 * hourMs + 1);
    expect((await refresh(idle.refresh_token)).code).toBe('token_revoked');
    let busy = await it.login();
    for (let day = 0; day < 30; day += 6) {
      busy = (await refresh(busy.refresh_token)).body as Issued;
      it.passTime(6 * 24 * hourMs);
    }
    expect((await refresh(busy.refresh_token)).code).toBe('token_revoked');
  });

  test('opens no gateway, and guesses at it are limited', async () => {
    const { refresh_token } = await it.login();
    expect(await codeWith(refresh_token)).toBe('key_unknown');
    const codes = [];
    for (let i = 0; i < 11; i++) codes.push((await refresh(`${refresh_token.slice(0, -1)}x`)).code);
    expect(codes.at(0)).toBe('token_malformed');
    expect(codes.at(-1)).toBe('too_many_attempts');
    expect((await refresh(refresh_token)).status).toBe(200);
  });
});

describe('signing out ends the sign-in at once', () => {
  for (const [name, of] of [
    ['with the refresh token', (issued: Issued) => ({ refresh_token: issued.refresh_token })],
    ['with the access token', (issued: Issued) => ({ token: issued.access_token })],
  ] as const) {
    test(name, async () => {
      const issued = await it.login();
      expect((await it.auth('logout', of(issued))).status).toBe(204);
      expect(await codeWith(issued.access_token)).toBe('token_revoked');
      expect((await refresh(issued.refresh_token)).code).toBe('token_revoked');
    });
  }
  test('an unknown token is as good as signed out', async () => {
    expect((await it.auth('logout', { token: 'whatever' })).status).toBe(204);
  });
});

test('tokens are signed with a key of the profile, and end with a restart', async () => {
  const kept = new Map<string, string>();
  const before = await makeTokensBed(kept);
  const { access_token, refresh_token } = await before.login();
  await before.close();
  const after = await makeTokensBed(kept);
  expect((await after.chat(bearer(access_token))).code).toBe('token_revoked');
  expect((await after.auth('refresh', { refresh_token })).code).toBe('token_revoked');
  await after.close();
});

test('who only looks at things has no tokens', async () => {
  it.changePerson({ role: 'viewer' });
  expect(await it.auth('login', { name: 'Ada', password: 'right horse battery' })).toMatchObject({
    status: 403,
    code: 'not_permitted',
  });
});

describe('the place to sign in is for programs', () => {
  const good = { name: 'Ada', password: 'right horse battery' };
  test('browsers are refused, from our own page too', async () => {
    for (const headers of [
      { origin: it.dashboardUrl },
      { 'sec-fetch-site': 'same-origin' },
      { origin: 'http://evil.example' },
    ]) {
      expect((await it.auth('login', good, headers).catch(() => ({ status: 403 }))).status).toBe(403);
    }
  });
  test('forms, large bodies, other methods and query parameters are refused', async () => {
    expect((await it.auth('login', 'name=Ada', { 'content-type': 'text/plain' })).code).toBe('body_invalid');
    expect((await it.auth('login', { ...good, more: 'x'.repeat(9000) })).code).toBe('body_invalid');
    expect((await it.auth('login', { name: 'Ada' })).code).toBe('body_invalid');
    expect((await it.auth('login?x=1', good)).code).toBe('query_not_allowed');
    expect((await it.auth('elsewhere', good)).code).toBe('route_unknown');
    expect((await it.auth('toString', good)).code).toBe('route_unknown');
    const got = await fetch(`${it.dashboardUrl}/api/auth/login`);
    expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST']);
    expect(got.headers.get('set-cookie')).toBeNull();
  });
  test('a token opens no call of the dashboard', async () => {
    const { access_token } = await it.login();
    const response = await fetch(`${it.dashboardUrl}/rpc/status/get`, {
      method: 'POST',
      headers: { ...bearer(access_token), 'content-type': 'application/json' },
      body: '{}',
    });
    expect(response.status).toBe(401);
  });
  test('at the gateway there is nothing but the way there', async () => {
    const response = await it.bed.fetch('/api/auth/login', { method: 'POST', body: '{}', key: null });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('http://127.0.0.1:1236/api/auth/login');
  });
});

test('with keys alone, which is how it begins, nobody signs in and no token opens anything', async () => {
  const { access_token, refresh_token } = await it.login();
  it.take('keys');
  expect((await it.auth('login', { name: 'Ada', password: 'right horse battery' })).code).toBe('tokens_not_taken');
  expect((await refresh(refresh_token)).code).toBe('tokens_not_taken');
  expect(await codeWith(access_token)).toBe('tokens_not_taken');
  expect(await codeWith(it.bed.key)).toBeUndefined();
});

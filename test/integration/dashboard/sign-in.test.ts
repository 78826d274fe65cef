// Signing in with a link, over HTTP: what is given for a token, when it is refused, and when guessing ends.

import { expect, test } from 'vitest';
import { call, redeem, send, signIn } from '../../fakes/browser.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';

test('the link keeps its token in the fragment, and opens a session with a cookie that no script can read', async () => {
  const { url, dashboard } = await makeDashboard();
  const link = dashboard.link().url;
  expect(link).toMatch(new RegExp(`^${url}/#/sign-in/[\\w-]{43}$`));
  const answer = await redeem(url, link.split('/').at(-1) ?? '');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text)).toEqual({ session: expect.stringMatching(/^[\w-]{43}$/) });
  const { port } = new URL(url);
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(
      new RegExp(`^keyhatch_session_${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict; Max-Age=\\d+$`),
    ),
  ]);
  expect(answer.headers['cache-control']).toBe('no-store');
});

test('a token that was used is refused', async () => {
  const { url, token } = await makeDashboard();
  const once = token();
  expect((await redeem(url, once)).status).toBe(200);
  const again = await redeem(url, once);
  expect(again).toMatchObject({ status: 403, code: 'sign_in_link_invalid' });
  expect(again.headers['set-cookie']).toBeUndefined();
});

test('of two at the same moment one gets in', async () => {
  const { url, token } = await makeDashboard();
  const once = token();
  const answers = await Promise.all([redeem(url, once), redeem(url, once), redeem(url, once)]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 403, 403]);
});

test('a token that has expired is refused', async () => {
  const { url, token, passTime } = await makeDashboard();
  const old = token();
  passTime(10 * 60_000);
  expect(await redeem(url, old)).toMatchObject({ status: 403, code: 'sign_in_link_invalid' });
});

test('a new link takes the place of the one before', async () => {
  const { url, token } = await makeDashboard();
  const [old, fresh] = [token(), token()];
  expect(await redeem(url, old)).toMatchObject({ code: 'sign_in_link_invalid' });
  expect((await redeem(url, fresh)).status).toBe(200);
});

test('after ten failures an eleventh waits, as Retry-After says, and the owner does not', async () => {
  const { url, token } = await makeDashboard();
  const right = token();
  for (let i = 0; i < 10; i++) expect((await redeem(url, `guess ${i}`)).status).toBe(403);
  const blocked = await redeem(url, 'guess 10');
  expect(blocked).toMatchObject({ status: 429, code: 'sign_in_blocked' });
  expect(blocked.headers['retry-after']).toBe('300');
  expect((await redeem(url, right)).status).toBe(200);
  expect((await redeem(url, right)).status).toBe(429);
  expect((await redeem(url, token())).status).toBe(200);
});

test('what is no attempt does not count as one', async () => {
  const { url, token } = await makeDashboard();
  const right = token();
  for (let i = 0; i < 12; i++) {
    expect(await redeem(url, 'guess', { origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await send(url, '/session', { method: 'POST', body: {} })).toMatchObject({ code: 'body_invalid' });
  }
  expect((await redeem(url, right)).status).toBe(200);
});

test.each([
  ['a form', 'token=x', 'application/x-www-form-urlencoded'],
  ['plain text', '{"token":"x"}', 'text/plain'],
  ['JSON by another name', '{"token":"x"}', 'application/jsonp'],
  ['nothing said of it', '{"token":"x"}', ''],
  ['no JSON', '{"token"', 'application/json'],
  ['a list', '["x"]', 'application/json'],
  ['a number for a token', '{"token":1}', 'application/json'],
  ['5 KiB', JSON.stringify({ token: 'x'.repeat(5 * 1024) }), 'application/json'],
])('a body that is %s is refused', async (_what, body, type) => {
  const { url } = await makeDashboard();
  const headers = type === '' ? {} : { 'content-type': type };
  expect(await send(url, '/session', { method: 'POST', body, headers })).toMatchObject({
    status: 400,
    code: 'body_invalid',
  });
});

test('neither the token nor a half of the session is in the log', async () => {
  const { url, dashboard, lines } = await makeDashboard();
  const link = dashboard.link().url;
  const { cookie, page } = await signIn(link);
  await redeem(url, link.split('/').at(-1) ?? '');
  await call(url, { cookie, page });
  await call(url, { cookie });
  const written = lines.join('\n');
  expect(written).not.toBe('');
  for (const secret of [link.split('/').at(-1), cookie.split('=')[1], page]) expect(written).not.toContain(secret);
});

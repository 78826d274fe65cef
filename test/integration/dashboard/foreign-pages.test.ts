// Pages of others, names of others, and programs of others, on the real socket.

import { describe, expect, test } from 'vitest';
import { makeKey } from '../../../shared/key-format.ts';
import { call, send, signIn } from '../../fakes/browser.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';

describe('with a good session, a call is refused', () => {
  const cases: readonly [string, Record<string, string>, string][] = [
    ['under a foreign name', { host: 'evil.example' }, 'dashboard_host_refused'],
    ['from a foreign page', { origin: 'https://evil.example' }, 'dashboard_page_refused'],
    ['from a page on another port', { origin: 'http://127.0.0.1:3000' }, 'dashboard_page_refused'],
    ['from a page without an origin', { origin: 'null' }, 'dashboard_page_refused'],
    ['across sites', { 'sec-fetch-site': 'cross-site' }, 'dashboard_page_refused'],
    ['across ports', { 'sec-fetch-site': 'same-site' }, 'dashboard_page_refused'],
  ];
  test.each(cases)('%s', async (_how, headers, code) => {
    const { url, dashboard } = await makeDashboard();
    const halves = await signIn(dashboard.link().url);
    expect(await call(url, halves, headers)).toMatchObject({ status: 403, code });
    const leave = { method: 'DELETE', headers: { cookie: halves.cookie, 'x-keyhatch-session': halves.page } };
    expect(await send(url, '/session', { ...leave, headers: { ...leave.headers, ...headers } })).toMatchObject({
      code,
    });
    expect((await call(url, halves)).status).toBe(200);
  });
});

test('pages are refused under a foreign name, and may be linked to from anywhere', async () => {
  const { url } = await makeDashboard();
  const foreign = await send(url, '/', { headers: { host: 'evil.example' } });
  expect(foreign.status).toBe(403);
  expect(foreign.text).toContain(url);
  expect(foreign.text).not.toContain('<');
  const linked = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
  expect((await send(url, '/', { headers: linked })).status).toBe(200);
});

test('under localhost and the address of IPv6 a page says which address is right', async () => {
  const { url, port } = await makeDashboard();
  for (const name of ['localhost', '[::1]']) {
    const answer = await send(url, '/', { headers: { host: `${name}:${port}` } });
    expect(answer).toMatchObject({
      status: 403,
      text: `The dashboard is not reached under this address. Open ${url} on the computer that runs Keyhatch.\n`,
    });
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
  }
});

test('no page gets leave to ask: preflights are refused and name no origin', async () => {
  const { url } = await makeDashboard();
  const preflight = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
  for (const path of ['/rpc/status/get', '/session', '/']) {
    const answer = await send(url, path, { method: 'OPTIONS', headers: preflight });
    expect(answer.status).toBe(403);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  }
});

test('a key of the gateway opens nothing here, in whichever header it comes', async () => {
  const { url } = await makeDashboard();
  const { key } = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh');
  for (const headers of [
    { authorization: `Bearer ${key}` },
    { 'x-api-key': key },
    { 'x-keyhatch-session': key },
    { 'x-keyhatch-session': key, cookie: `keyhatch_session_${new URL(url).port}=${key}` },
  ]) {
    expect(await call(url, {}, headers)).toMatchObject({ status: 401, code: 'session_required' });
  }
});

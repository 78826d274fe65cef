// What a session opens and what does not: both halves or nothing, and the end of it, also for what still runs.

import { implement } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { contract } from '../../../shared/contract.ts';
import { call, dashboardClient, headersOf, send, signIn } from '../../fakes/browser.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';
import { freePort } from '../../fakes/free-port.ts';
import { createFakeInstance, running } from '../../unit/cli/fake-instance.ts';

const refused = { status: 401, code: 'session_required' };

describe('a call is refused', () => {
  test('without anything', async () => {
    const { url } = await makeDashboard();
    const answer = await call(url, {});
    expect(answer).toMatchObject(refused);
    expect(answer.text).toContain('keyhatch dashboard link');
  });

  test('with the cookie alone, which browsers send to every port of this computer', async () => {
    const { url, dashboard } = await makeDashboard();
    const { cookie } = await signIn(dashboard.link().url);
    expect(await call(url, { cookie })).toMatchObject(refused);
    expect(await call(url, { cookie, page: '' })).toMatchObject(refused);
  });

  test('with the header alone', async () => {
    const { url, dashboard } = await makeDashboard();
    const { page } = await signIn(dashboard.link().url);
    expect(await call(url, { page })).toMatchObject(refused);
  });

  test('with halves of two sessions', async () => {
    const { url, dashboard } = await makeDashboard();
    const one = await signIn(dashboard.link().url);
    const other = await signIn(dashboard.link().url);
    expect(await call(url, { cookie: one.cookie, page: other.page })).toMatchObject(refused);
  });

  test('with both halves, when the header comes twice', async () => {
    const { url, dashboard } = await makeDashboard();
    const { cookie, page } = await signIn(dashboard.link().url);
    const headers = { cookie, 'x-keyhatch-session': [page, 'another'] };
    expect(await send(url, '/rpc/status/get', { method: 'POST', body: {}, headers })).toMatchObject(refused);
  });

  test('before its body is looked at', async () => {
    const { url } = await makeDashboard();
    expect(await send(url, '/rpc/status/get', { method: 'POST', body: 'no JSON' })).toMatchObject(refused);
  });
});

test('both halves open every call, and under one address alone', async () => {
  const { url, port, dashboard } = await makeDashboard();
  const halves = await signIn(dashboard.link().url);
  expect(await dashboardClient(url, halves).status.get()).toEqual(running);
  const own = { origin: url, 'sec-fetch-site': 'same-origin' };
  expect((await call(url, halves, own)).status).toBe(200);
  for (const name of ['localhost', '[::1]']) {
    const other = { host: `${name}:${port}`, origin: `http://${name}:${port}`, 'sec-fetch-site': 'same-origin' };
    expect(await call(url, halves, other)).toMatchObject({ status: 403, code: 'dashboard_host_refused' });
  }
});

test('a call must be a POST of JSON that is there', async () => {
  const { url, dashboard } = await makeDashboard();
  const headers = headersOf(await signIn(dashboard.link().url));
  const get = await send(url, '/rpc/status/get?data=%7B%7D', { headers });
  expect(get).toMatchObject({ status: 405, code: 'method_not_allowed' });
  expect(get.headers.allow).toBe('POST');
  const form = { ...headers, 'content-type': 'multipart/form-data; boundary=x' };
  expect(await send(url, '/rpc/status/get', { method: 'POST', body: '--x--', headers: form })).toMatchObject({
    code: 'body_invalid',
  });
  const unknown = await send(url, '/rpc/status/gone', { method: 'POST', body: {}, headers });
  expect(unknown).toMatchObject({ status: 404, code: 'route_unknown' });
  const big = { json: { ref: 'x'.repeat(5 * 1024 * 1024) } };
  expect(await send(url, '/rpc/keys/get', { method: 'POST', body: big, headers })).toMatchObject({
    code: 'body_invalid',
  });
});

test('signing out ends that session, its cookie, and no other session', async () => {
  const { url, dashboard } = await makeDashboard();
  const [one, other] = [await signIn(dashboard.link().url), await signIn(dashboard.link().url)];
  expect(await send(url, '/session', { method: 'DELETE', headers: { cookie: one.cookie } })).toMatchObject(refused);
  const out = await send(url, '/session', { method: 'DELETE', headers: headersOf(one) });
  expect(out.status).toBe(204);
  expect(out.headers['set-cookie']?.[0]).toMatch(/^keyhatch_session_\d+=; .*Max-Age=0$/);
  expect(await call(url, one)).toMatchObject(refused);
  expect((await call(url, other)).status).toBe(200);
});

test('seven days without use end a session, and thirty days in any case', async () => {
  const day = 86_400_000;
  const { url, dashboard, passTime } = await makeDashboard();
  const idle = await signIn(dashboard.link().url);
  passTime(7 * day - 1);
  expect((await call(url, idle)).status).toBe(200);
  passTime(7 * day);
  expect(await call(url, idle)).toMatchObject(refused);
  const busy = await signIn(dashboard.link().url);
  for (let days = 0; days < 24; days += 6) {
    passTime(6 * day);
    expect((await call(url, busy)).status).toBe(200);
  }
  passTime(6 * day);
  expect(await call(url, busy)).toMatchObject(refused);
});

test('whoever had the port while it was not listening learns nothing that opens it afterwards', async () => {
  const port = await freePort();
  const settings = () => ({ 'dashboard.enabled': true, 'dashboard.port': port, 'dashboard.hosts': ['127.0.0.1'] });
  const { url, dashboard } = await makeDashboard({ settings });
  const halves = await signIn(dashboard.link().url);
  const link = dashboard.link().url;
  expect((await call(url, halves)).status).toBe(200);
  await dashboard.close();
  await dashboard.start();
  expect(dashboard.url()).toBe(url);
  expect(await call(url, halves)).toMatchObject(refused);
  await expect(signIn(link)).rejects.toThrow('sign_in_link_invalid');
  expect((await call(url, await signIn(dashboard.link().url))).status).toBe(200);
});

describe('an event stream', () => {
  /** Streams that never end by themselves. */
  async function makeStreaming() {
    const opened = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    const changes = {
      watch: implement(contract).changes.watch.handler(async function* ({ signal }) {
        yield { type: 'ready' as const };
        opened.resolve();
        await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
        ended.resolve();
      }),
    };
    const bed = await makeDashboard({ router: () => ({ ...createFakeInstance().router, changes }) });
    const halves = await signIn(bed.dashboard.link().url);
    const events = await dashboardClient(bed.url, halves).changes.watch();
    expect((await events.next()).value).toEqual({ type: 'ready' });
    const rest = events.next();
    rest.catch(() => {});
    await opened.promise;
    return { ...bed, halves, events, rest, ended: ended.promise };
  }

  test('needs both halves like everything else', async () => {
    const { url, halves } = await makeStreaming();
    expect(await call(url, { cookie: halves.cookie }, {}, 'changes/watch')).toMatchObject(refused);
    expect(await call(url, { page: halves.page }, {}, 'changes/watch')).toMatchObject(refused);
  });

  test('is cut when its session ends', async () => {
    const { url, halves, rest, ended } = await makeStreaming();
    expect((await send(url, '/session', { method: 'DELETE', headers: headersOf(halves) })).status).toBe(204);
    await expect(rest).rejects.toThrow();
    await ended;
  });

  test('is cut at once when the dashboard closes, and not waited for', async () => {
    const { dashboard, rest, ended } = await makeStreaming();
    await Promise.all([dashboard.close(), expect(rest).rejects.toThrow()]);
    await ended;
  });

  test('is let go when the page leaves', async () => {
    const { events, ended } = await makeStreaming();
    await events.return?.();
    await ended;
  });
});

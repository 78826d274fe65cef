// The dashboard beyond this computer: encrypted alone, under the names of its certificate, and not before somebody has a
// password. Other loopback addresses stand for those of a network: to the dashboard only 127.0.0.1 is this computer.

import { once } from 'node:events';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { DashboardPorts } from '../../../electron/dashboard/dashboard.ts';
import { headersOf, redeem, send, signIn } from '../../fakes/browser.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';
import { freePort } from '../../fakes/free-port.ts';
import { testAuthority, testCredentials } from '../../fakes/over-tls.ts';

const far = '127.0.0.2';
const names = ['localhost', 'studio.local', far];
const { certificate: ca } = await testAuthority();
const credentials = await testCredentials({ names: ['localhost', 'studio.local'], addresses: [far] });

function openTo(hosts: () => readonly string[], more: Partial<DashboardPorts> = {}, port = 0) {
  return makeDashboard({
    settings: () => ({ 'dashboard.enabled': true, 'dashboard.port': port, 'dashboard.hosts': [...hosts()] }),
    encryption: { credentials: () => credentials, names: () => names, whyMissing: async () => undefined },
    ...more,
  });
}

type Sent = { readonly status: number; readonly cookie: string; readonly text: string };

/** Encrypted, to the address of a network, under any Host. */
function sendSecurely(
  port: number,
  path: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: object } = {},
): Promise<Sent> {
  return new Promise((resolve, reject) => {
    const json = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = httpsRequest({
      host: far,
      port,
      method,
      path,
      ca,
      agent: false,
      headers: { ...json, ...headers },
      // Of the names that are tried here, browsers would not even send some.
      checkServerIdentity: () => undefined,
    });
    request.once('error', reject);
    request.once('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, cookie: response.headers['set-cookie']?.[0] ?? '', text });
    });
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

test('it signs in over HTTPS with a cookie for encrypted connections alone, and the same session makes calls', async () => {
  const { dashboard, port, token } = await openTo(() => ['127.0.0.1', far]);
  expect(dashboard.secureUrl()).toBe(`https://${far}:${port}`);
  const { cookie, text, status } = await sendSecurely(port, '/session', { method: 'POST', body: { token: token() } });
  expect(status).toBe(200);
  expect(cookie).toMatch(
    new RegExp(`^__Host-keyhatch_session_${port}=[^;]+; Path=/; HttpOnly; Secure; SameSite=Strict`),
  );
  const halves = { cookie: cookie.split(';')[0] ?? '', page: (JSON.parse(text) as { session: string }).session };
  const call = await sendSecurely(port, '/rpc/status/get', { method: 'POST', body: {}, headers: headersOf(halves) });
  expect(call.status).toBe(200);
});

test('links name the address for this computer and the encrypted one', async () => {
  const { dashboard, port } = await openTo(() => ['127.0.0.1', far]);
  const { url, secureUrl } = dashboard.link();
  expect(url).toMatch(`http://127.0.0.1:${port}/#/sign-in/`);
  expect(secureUrl).toBe(url.replace('http://127.0.0.1', `https://${far}`));
});

test('without encryption another machine is told the encrypted address, and nothing else', async () => {
  const { port, token } = await openTo(() => ['127.0.0.1', far]);
  const plain = await redeem(`http://${far}:${port}`, token());
  expect(plain).toMatchObject({ status: 403, code: 'dashboard_https_required' });
  expect(plain.text).toContain(`https://${far}:${port}`);
  expect((await send(`http://${far}:${port}`, '/')).status).toBe(403);
});

test('names that are not the certificate’s are refused, and pages of other origins', async () => {
  const { port } = await openTo(() => ['127.0.0.1', far]);
  const at = async (headers: Record<string, string>) => (await sendSecurely(port, '/', { headers })).status;
  expect(await at({ host: `studio.local:${port}` })).toBe(200);
  expect(await at({ host: `Studio.Local:${port}` })).toBe(200);
  expect(await at({ host: `evil.example:${port}` })).toBe(403);
  expect(await at({ host: `127.0.0.3:${port}` })).toBe(403);
  expect(await at({ host: `studio.local:${port}`, origin: `https://studio.local:${port}` })).toBe(200);
  expect(await at({ host: `studio.local:${port}`, origin: `http://studio.local:${port}` })).toBe(403);
  expect(await at({ host: `studio.local:${port}`, origin: 'https://evil.example' })).toBe(403);
});

test('while nobody has a password it stays on this computer, says why, and opens once somebody has one', async () => {
  let has = false;
  const port = await freePort();
  const { dashboard, url } = await openTo(() => ['127.0.0.1', far], { hasPassword: () => has }, port);
  expect((await send(url, '/')).status).toBe(200);
  expect(dashboard.secureUrl()).toBeNull();
  expect(dashboard.problem()).toContain('password');
  await expect(connects(port)).resolves.toBe(false);
  await expect(dashboard.follow()).rejects.toMatchObject({ code: 'dashboard_needs_password' });
  has = true;
  await dashboard.look();
  expect(dashboard.problem()).toBeNull();
  await expect(connects(port)).resolves.toBe(true);
});

test('without a certificate it stays on this computer and says why', async () => {
  const whyMissing = async () => 'The OS keychain is locked.';
  const encryption = { credentials: () => undefined, names: () => [], whyMissing };
  const { dashboard } = await openTo(() => ['127.0.0.1', far], { encryption });
  expect(dashboard.secureUrl()).toBeNull();
  expect(dashboard.problem()).toContain('The OS keychain is locked.');
  await expect(dashboard.follow()).rejects.toMatchObject({ code: 'dashboard_not_encrypted' });
});

test('whoever signed in at an address stays so while it comes to others, and is out once it is let go of', async () => {
  let hosts = ['127.0.0.1'];
  const { dashboard, url, port } = await openTo(() => hosts);
  const halves = await signIn(dashboard.link().url);
  const isInHere = async () =>
    (await send(url, '/rpc/status/get', { method: 'POST', body: {}, headers: headersOf(halves) })).status === 200;
  hosts = ['127.0.0.1', far];
  await dashboard.follow();
  expect(await isInHere()).toBe(true);
  const token = dashboard.link().url.split('/').at(-1);
  const { cookie, text } = await sendSecurely(port, '/session', { method: 'POST', body: { token } });
  const farHalves = { cookie: cookie.split(';')[0] ?? '', page: (JSON.parse(text) as { session: string }).session };
  const isInFar = async () =>
    (await sendSecurely(port, '/rpc/status/get', { method: 'POST', body: {}, headers: headersOf(farHalves) }))
      .status === 200;
  expect(await isInFar()).toBe(true);
  hosts = ['127.0.0.1'];
  await dashboard.follow();
  hosts = ['127.0.0.1', far];
  await dashboard.follow();
  expect(await isInHere()).toBe(true);
  expect(await isInFar()).toBe(false);
  hosts = [far];
  await dashboard.follow();
  hosts = ['127.0.0.1', far];
  await dashboard.follow();
  expect(await isInHere()).toBe(false);
});

test('what stood for every address ends all that began there', async () => {
  let hosts = ['0.0.0.0'];
  const { dashboard, url } = await openTo(() => hosts);
  const halves = await signIn(dashboard.link().url);
  hosts = ['127.0.0.1'];
  await dashboard.follow();
  const call = await send(url, '/rpc/status/get', { method: 'POST', body: {}, headers: headersOf(halves) });
  expect(call.status).toBe(401);
});

test('an address that cannot be had leaves all as it was', async () => {
  let hosts = ['127.0.0.1', far];
  const { dashboard, url } = await openTo(() => hosts);
  const before = dashboard.secureUrl();
  hosts = ['127.0.0.1', '192.0.2.77'];
  await expect(dashboard.follow()).rejects.toMatchObject({ code: 'address_unavailable' });
  expect(dashboard.url()).toBe(url);
  expect(dashboard.secureUrl()).toBe(before);
});

test('every address at once is one listener: plain from this computer, encrypted from others', async () => {
  let hosts = ['127.0.0.1'];
  const { dashboard, url, port } = await openTo(() => hosts);
  hosts = ['0.0.0.0', '127.0.0.1'];
  await dashboard.follow();
  expect(dashboard.url()).toBe(url);
  expect(dashboard.secureUrl()).toBe(`https://${far}:${port}`);
  expect((await send(url, '/')).status).toBe(200);
  expect((await send(`http://${far}:${port}`, '/')).status).toBe(403);
  expect((await sendSecurely(port, '/')).status).toBe(200);
});

function connects(port: number): Promise<boolean> {
  const socket = connect(port, far);
  onTestFinished(() => void socket.destroy());
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
}

test('other programs of this computer do not take the owner’s places, be it one listener for every address', async () => {
  let hosts = ['127.0.0.1'];
  const { dashboard, url, port } = await openTo(() => hosts);
  hosts = ['0.0.0.0', '127.0.0.1'];
  await dashboard.follow();
  const opened = Array.from({ length: 70 }, () => connect({ host: '127.0.0.1', port }));
  for (const socket of opened) onTestFinished(() => void socket.destroy());
  await Promise.all(opened.map((socket) => once(socket, 'connect')));
  expect((await send(url, '/')).status).toBe(200);
});

test('one machine of a network does not take all connections: beyond 64 its next is closed, and others still get in', async () => {
  const { port } = await openTo(() => ['127.0.0.1', far]);
  let closed = 0;
  for (let n = 0; n < 70; n++) {
    const socket = connect({ host: far, port });
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.on('close', () => {
      closed += 1;
    });
  }
  await expect.poll(() => closed).toBe(6);
  expect((await send(`http://127.0.0.1:${port}`, '/')).status).toBeLessThan(500);
});

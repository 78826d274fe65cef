// A service worker of whoever had the port before: it is ended by what the dashboard answers, in a real browser too.

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium } from '@playwright/test';
import { expect, onTestFinished, test } from 'vitest';
import { send } from '../../fakes/browser.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';

test('whatever is asked for as a service worker is a script that ends itself', async () => {
  const { url, port } = await makeDashboard();
  const asked = { 'service-worker': 'script', 'sec-fetch-site': 'same-origin', 'sec-fetch-dest': 'serviceworker' };
  for (const path of ['/sw.js', '/', '/assets/main-aB3dE5.js', '/session', '/rpc/status/get']) {
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
      const { status, headers, text } = await send(url, path, { headers: { ...asked, host } });
      expect({ status, text }).toEqual({ status: 200, text: expect.stringContaining('registration.unregister()') });
      expect(headers).toMatchObject({
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
    }
  }
});

test('nothing else is answered by it', async () => {
  const { url } = await makeDashboard();
  expect((await send(url, '/sw.js')).status).toBe(404);
  expect((await send(url, '/', { headers: { 'service-worker': 'scripts' } })).text).toContain('<title>');
  const post = await send(url, '/session', { method: 'POST', body: {}, headers: { 'service-worker': 'script' } });
  expect(post).toMatchObject({ code: 'body_invalid' });
});

// Where there is no Chromium this counts as skipped, which CI takes for a failure.
const inChromium = test.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/chromium'));

inChromium('a browser that one was left in shows our page again', async () => {
  const worker = `addEventListener('install', () => skipWaiting());
    addEventListener('activate', (event) => event.waitUntil(clients.claim()));
    addEventListener('fetch', (event) => event.request.mode === 'navigate' && event.respondWith(
      new Response('<title>Theirs</title>', { headers: { 'content-type': 'text/html' } })));`;
  const page = `<title>Theirs</title><script>navigator.serviceWorker.register('/theirs.js')</script>`;
  const squatter = createServer(({ url }, response) => {
    const [type, body] = url === '/theirs.js' ? ['text/javascript', worker] : ['text/html', page];
    response.writeHead(200, { 'content-type': type, connection: 'close' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(squatter, 'listening');
  const { port } = squatter.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
  });
  onTestFinished(() => browser.close());
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(`http://127.0.0.1:${port}/`);
  await tab.waitForFunction('navigator.serviceWorker.controller !== null');
  await tab.close();
  await new Promise((resolve) => squatter.close(resolve));

  const { url } = await makeDashboard({
    settings: () => ({ 'dashboard.enabled': true, 'dashboard.port': port, 'dashboard.hosts': ['127.0.0.1'] }),
  });
  const next = await context.newPage();
  await next.goto(`${url}/#/overview`);
  await expect.poll(() => next.title(), { timeout: 30_000 }).toBe('Keyhatch');
  const left = () => next.evaluate('navigator.serviceWorker.getRegistrations().then(({ length }) => length)');
  await expect.poll(left).toBe(0);
  const register = `navigator.serviceWorker.register('/sw.js').then(String, String)`;
  expect(await next.evaluate(register)).toContain('Error');
});

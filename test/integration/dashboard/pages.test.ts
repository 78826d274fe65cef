// The built pages over HTTP: what is given out, how, and that nothing else is.

import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { send } from '../../fakes/browser.ts';
import { makeDashboard, scriptText } from '../../fakes/dashboard-bed.ts';

test('the page may load and ask nothing but itself, and is never kept', async () => {
  const { url } = await makeDashboard();
  for (const path of ['/', '/index.html', '/?from=somewhere']) {
    const { status, headers, text } = await send(url, path);
    expect({ status, text }).toEqual({ status: 200, text: '<!doctype html><title>Keyhatch</title>' });
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(String(headers['content-security-policy']).split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data:",
      "font-src 'self'",
      "worker-src 'none'",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
  }
});

test('what carries a hash in its name is kept for ever', async () => {
  const { url } = await makeDashboard();
  const { headers, text } = await send(url, '/assets/main-aB3dE5.js');
  expect(text).toBe(scriptText);
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
  });
});

describe('is compressed as the browser likes it', () => {
  test.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['gzip, deflate', 'gzip', gunzipSync],
    ['br;q=0, gzip;q=0.5', 'gzip', gunzipSync],
  ])('%s: %s', async (accepted, encoding, decompress) => {
    const { url } = await makeDashboard();
    const ask = () => send(url, '/assets/main-aB3dE5.js', { headers: { 'accept-encoding': accepted } });
    const [first, second] = [await ask(), await ask()];
    expect(first.headers).toMatchObject({ 'content-encoding': encoding, vary: 'accept-encoding' });
    expect(decompress(first.bytes).toString()).toBe(scriptText);
    expect(first.bytes.length).toBeLessThan(scriptText.length / 10);
    expect(second.bytes).toEqual(first.bytes);
  });

  test('or not at all, where it is not wanted or nothing would be won', async () => {
    const { url } = await makeDashboard();
    expect((await send(url, '/assets/main-aB3dE5.js')).headers['content-encoding']).toBeUndefined();
    const picture = await send(url, '/assets/icon-xY7.png', { headers: { 'accept-encoding': 'br' } });
    expect(picture.headers['content-encoding']).toBeUndefined();
    expect(picture.text).toBe('png');
  });
});

test('HEAD says what GET would, without the bytes', async () => {
  const { url } = await makeDashboard();
  const { status, headers, text } = await send(url, '/', { method: 'HEAD' });
  expect({ status, text, length: headers['content-length'] }).toEqual({ status: 200, text: '', length: '38' });
});

describe('there is nothing else', () => {
  test.each([
    '/../package.json',
    '/assets/../../secret.js',
    '/assets/%2e%2e/%2e%2e/secret.js',
    '/..%2fsecret.js',
    '/assets\\..\\..\\secret.js',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/assets/main-aB3dE5.js.map',
    '/assets/linked.js',
    '/index.html/',
    '/INDEX.HTML',
    '/__proto__',
    '/constructor',
    '/rpcs',
    'http://127.0.0.1/index.html',
  ])('%s', async (path) => {
    const { url, pagesDir } = await makeDashboard();
    await writeFile(join(pagesDir, '../secret.js'), 'outside').catch(() => {});
    await symlink('/etc/hostname', join(pagesDir, 'assets/linked.js'));
    const answer = await send(url, path);
    expect(answer).toMatchObject({ status: 404, text: 'Not found.\n' });
    expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
  });
});

test('nothing can be sent to a page', async () => {
  const { url } = await makeDashboard();
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    const answer = await send(url, '/', { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  }
});

test('where no pages are built it says so, and calls work all the same', async () => {
  const { url } = await makeDashboard({ pages: false });
  const page = await send(url, '/');
  expect(page.status).toBe(503);
  expect(page.text).toContain('npm run build');
  expect(await send(url, '/rpc/status/get', { method: 'POST', body: {} })).toMatchObject({ code: 'session_required' });
  const { url: without } = await makeDashboard({ pagesDir: undefined });
  expect((await send(without, '/')).status).toBe(503);
});

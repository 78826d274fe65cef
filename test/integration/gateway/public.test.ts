// What answers without a key, and CORS: strangers learn next to nothing, pages only what the owner allowed.

import { networkInterfaces } from 'node:os';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const raw = (path: string, headers: readonly string[] = []) =>
  bed.raw([`GET ${path} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...headers, '', ''].join('\r\n'));
const bodyOf = (answer: string) => JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as Record<string, unknown>;

describe('public endpoints', () => {
  test('tell this computer how things stand', async () => {
    expect(bodyOf(await raw('/health'))).toMatchObject({
      status: 'ok',
      version: '0.0.0-test',
      auth: { required: true },
      upstreams: [{ health: 'up' }],
    });
    expect(bodyOf(await raw('/api/info'))).toMatchObject({
      name: 'Keyhatch',
      auth: 'key',
      base_urls: { openai: expect.stringContaining('/v1') },
    });
  });
  test('tell a stranger status and name alone', async () => {
    // A forwarding header makes even a loopback caller a stranger.
    expect(bodyOf(await raw('/health', ['X-Forwarded-For: 1.2.3.4']))).toEqual({ status: 'ok' });
    expect(bodyOf(await raw('/api/info', ['X-Forwarded-For: 1.2.3.4']))).toEqual({ name: 'Keyhatch', auth: 'key' });
    expect(
      bodyOf(await raw('/health', ['X-Forwarded-For: 1.2.3.4', `Authorization: Bearer ${bed.key}`])),
    ).toMatchObject({ version: '0.0.0-test' });
  });
  test('never ask the upstream anything', async () => {
    await raw('/health');
    await raw('/api/info');
    await raw('/lmstudio-greeting');
    expect(bed.upstream.journal).toHaveLength(0);
  });
  test('greet as LM Studio does only in front of one', async () => {
    expect(await raw('/lmstudio-greeting')).toContain(' 404 ');
    await bed.close();
    bed = await makeBed({ kind: 'lmstudio' });
    expect(bodyOf(await raw('/lmstudio-greeting'))).toEqual({ lmstudio: true });
  });
  test('list models only by setting', async () => {
    expect(await raw('/v1/models')).toContain(' 401 ');
    bed.settings({ 'access.publicModels': true });
    expect(await raw('/v1/models')).toContain(' 200 ');
    expect(await raw('/api/tags')).toContain(' 401 ');
  });
  test('say that the vault is locked, to this computer', async () => {
    bed.lock({ vault: 'the OS keychain', reason: 'locked' });
    expect(bodyOf(await raw('/health'))).toMatchObject({ status: 'locked' });
  });
});

describe('a machine of the LAN', () => {
  const lan = Object.values(networkInterfaces())
    .flat()
    .find((one) => one && !one.internal && one.family === 'IPv4')?.address;
  test.runIf(lan !== undefined)('gets in with a key and not without, bypass or not', async () => {
    const open = await makeBed({ hosts: ['0.0.0.0'], settings: { 'access.localhostBypass': true } });
    const base = `http://${lan}:${open.port}`;
    expect((await fetch(`${base}/v1/models`)).status).toBe(401);
    expect((await fetch(`${base}/v1/models`, { headers: { 'x-forwarded-for': '127.0.0.1' } })).status).toBe(401);
    expect((await fetch(`${base}/v1/models`, { headers: { authorization: `Bearer ${open.key}` } })).status).toBe(200);
    expect(await open.raw('GET /v1/models HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')).toContain(
      ' 200 ',
    );
    expect(await (await fetch(`${base}/health`)).json()).toEqual({ status: 'ok' });
    await open.close();
  });
});

describe('CORS', () => {
  const page = 'http://localhost:3000';
  const preflight = (origin: string, headers = 'authorization, x-stainless-lang, x-evil') =>
    bed.raw(
      `OPTIONS /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nOrigin: ${origin}\r\nAccess-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: ${headers}\r\nAccess-Control-Request-Private-Network: true\r\nConnection: close\r\n\r\n`,
    );
  test('off: no page may ask', async () => {
    const answer = await preflight(page);
    expect(answer).toContain(' 403 ');
    expect(answer.toLowerCase()).not.toContain('access-control-allow-origin');
  });
  test('list: a listed page is answered before any key, with the headers it asked for from our list', async () => {
    bed.settings({ 'cors.mode': 'list', 'cors.origins': [page] });
    const answer = (await preflight(page)).toLowerCase();
    expect(answer).toContain(' 204 ');
    expect(answer).toContain(`access-control-allow-origin: ${page}`);
    expect(answer).toContain('access-control-allow-headers: authorization, x-stainless-lang\r\n');
    expect(answer).toContain('access-control-allow-private-network: true');
    expect(bed.upstream.journal).toHaveLength(0);
    expect(await preflight('https://evil.example')).toContain(' 403 ');
    expect(await preflight('null')).toContain(' 403 ');
  });
  test('our own errors carry the headers too, and expose what clients need', async () => {
    bed.settings({ 'cors.mode': 'list', 'cors.origins': [page] });
    const response = await bed.fetch('/v1/models', { key: 'kh_bad', headers: { origin: page } });
    expect(response.status).toBe(401);
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
    expect(response.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(response.headers.get('vary')).toBe('Origin');
  });
  test('the upstream’s own are replaced', async () => {
    bed.settings({ 'cors.mode': 'list', 'cors.origins': [page] });
    bed.upstream.behave = (_arrival, res) =>
      void res.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': 'application/json' }).end('{}');
    const response = await bed.fetch('/v1/models', { headers: { origin: page } });
    expect(response.headers.get('access-control-allow-origin')).toBe(page);
  });
  test('any: every page but a sandboxed one', async () => {
    bed.settings({ 'cors.mode': 'any' });
    expect(await preflight('https://anything.example')).toContain(' 204 ');
    expect(await preflight('null')).toContain(' 403 ');
  });
});

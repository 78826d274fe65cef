// The metrics over real HTTP from the whole house: who may read them, that they say what the usage report says, and whose
// keys they name.

import { createRouterClient } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { mostMissesAMinute } from '../../../electron/gateway/weak-brake.ts';
import type { House } from '../../../electron/shell.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { KeyOperation } from '../../../shared/key-policy.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { type Answer, type Sending, send } from '../../fakes/browser.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';
import { readExposition, sumOf } from '../../fakes/exposition-reader.ts';
import { callsTo } from '../../fakes/keyhatch-process.ts';

type Standing = Awaited<ReturnType<typeof stand>>;

async function stand(flags: object = {}) {
  const { house, gatewayUrl, lines } = await composeHouse({
    flags: { 'server.port': 0, 'dashboard.enabled': true, 'dashboard.port': 0, ...flags },
  });
  await house.vaultTried;
  const client = createRouterClient(house.router, { context: { caller: atTheMachine } });
  const make = (name: string, operations?: readonly KeyOperation[]) =>
    client.keys.create({ name, ...(operations && { policy: { operations: [...operations] } }) });
  return { house, gatewayUrl, lines, client, make, url: addressOf(house) };
}

function addressOf(house: House): string {
  const { url } = house.status().dashboard;
  if (url === null) throw new Error('there is no dashboard');
  return url;
}

const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });

/** Asks under the dashboard's own name, as Prometheus does. */
function ask(url: string, { headers = {}, ...more }: Sending = {}, path = '/metrics'): Promise<Answer> {
  return send(url, path, { ...more, headers: { ...headers, host: new URL(url).host } });
}

const read = async ({ url }: Pick<Standing, 'url'>, key: string) => {
  const answer = await ask(url, bearer(key));
  expect(answer.status, answer.text).toBe(200);
  return readExposition(answer.text);
};

/** Whatever this key may do on the gateway: two answers, one stream, and one refusal for a model that nobody has. */
async function use({ gatewayUrl }: Pick<Standing, 'gatewayUrl'>, key: string): Promise<void> {
  const { chat } = callsTo(gatewayUrl());
  for (const more of [{}, { stream: true }, { model: 'echo', messages: [{ role: 'user', content: 'a b c d' }] }]) {
    await (await chat(key, { model: 'echo', ...more })).text();
  }
  await (await chat('sk-nobody-has-this')).text();
}

describe('the metrics', () => {
  test('say what the usage report says', async () => {
    const house = await stand();
    const [user, other] = [await house.make('laptop'), await house.make('phone')];
    const reader = await house.make('prometheus', ['metrics']);
    await expect.poll(() => house.house.status().upstreams[0]?.models.length).toBeGreaterThan(0);
    await use(house, user.key);
    await use(house, other.key);
    const hourMs = 3_600_000;
    const { total, strangers } = await house.client.usage.report({ sinceMs: hourMs, by: 'model' });
    const series = await house.client.usage.series({ sinceMs: hourMs, by: 'model' });
    const all = await read(house, reader.key);
    expect(total.requests).toBe(6);
    expect(sumOf(all, 'keyhatch_requests_total')).toBe(total.requests);
    expect(sumOf(all, 'keyhatch_requests_total', { outcome: 'ok', operation: 'chat', model: 'echo' })).toBe(6);
    for (const [direction, tokens] of [
      ['in', total.tokensIn],
      ['out', total.tokensOut],
      ['cached', total.tokensCached],
    ] as const) {
      expect(sumOf(all, 'keyhatch_tokens_total', { direction })).toBe(tokens);
    }
    expect(total.tokensOut).toBeGreaterThan(0);
    expect(strangers).toEqual([{ code: 'key_unknown', count: 2 }]);
    for (const { code, count } of series.refusals) expect(sumOf(all, 'keyhatch_refusals_total', { code })).toBe(count);
    expect(sumOf(all, 'keyhatch_refusals_total')).toBe(2);
    expect(sumOf(all, 'keyhatch_request_duration_seconds_count', { model: 'echo' })).toBe(6);
    expect(sumOf(all, 'keyhatch_upstream_up', { upstream: 'Echo' })).toBe(1);
    expect(sumOf(all, 'keyhatch_requests_running')).toBe(0);
    expect(sumOf(all, 'keyhatch_requests_queued')).toBe(0);
    expect(sumOf(all, 'keyhatch_build_info', { version: '0.1.0', shell: 'serve' })).toBe(1);
    expect(sumOf(all, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  test('name keys only once that is switched on, and no more once it is off again', async () => {
    const house = await stand();
    const [user, reader] = [await house.make('laptop "7"'), await house.make('prometheus', ['metrics'])];
    await use(house, user.key);
    const text = async () => (await ask(house.url, bearer(reader.key))).text;
    expect(await text()).not.toContain('laptop');
    await house.client.settings.set({ name: 'metrics.keyNames', value: true });
    await use(house, user.key);
    const named = await read(house, reader.key);
    expect(sumOf(named, 'keyhatch_requests_total', { key: 'laptop "7"' })).toBe(3);
    expect(sumOf(named, 'keyhatch_tokens_total', { key: 'laptop "7"' })).toBeGreaterThan(0);
    await house.client.settings.set({ name: 'metrics.keyNames', value: false });
    await use(house, user.key);
    expect(await text()).not.toContain('laptop');
  });

  test('are read with the fetch of Node too, which marks how it asks', async () => {
    const { make, url } = await stand();
    const { key } = await make('prometheus', ['metrics']);
    expect((await fetch(`${url}/metrics`, bearer(key))).status).toBe(200);
  });

  test('are plain text of the exposition format, and kept by nobody', async () => {
    const house = await stand();
    const { key } = await house.make('prometheus', ['metrics']);
    const { headers } = await ask(house.url, bearer(key));
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('are refused', () => {
  const without = { headers: {} };
  test('without a key, also on this computer and where the gateway needs none', async () => {
    const { url } = await stand({ 'access.requireKey': false, 'access.localhostBypass': true });
    const answer = await ask(url, without);
    expect(answer.status).toBe(401);
    expect(answer.headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'www-authenticate': 'Bearer' });
    expect(answer.text).toMatch(/^Metrics are read with a key/);
    expect(answer.text).not.toContain('keyhatch_');
  });

  test('with an ordinary key, and with one that was good once', async () => {
    const { url, client, make } = await stand();
    const ordinary = await make('laptop');
    expect(await ask(url, bearer(ordinary.key))).toMatchObject({ status: 403 });
    expect((await ask(url, bearer(ordinary.key))).text).toMatch(/may not do this: [Rr]ead(ing)? the metrics/);
    const { id, key } = await make('prometheus', ['metrics']);
    expect((await ask(url, bearer(key))).status).toBe(200);
    await client.keys.pause({ ref: id });
    expect((await ask(url, bearer(key))).status).toBe(403);
    await client.keys.resume({ ref: id });
    expect((await ask(url, bearer(key))).status).toBe(200);
    await client.keys.revoke({ ref: id });
    const gone = await ask(url, bearer(key));
    expect([gone.status, gone.text]).toEqual([401, expect.stringContaining('revoked')]);
  });

  test('with a key of another network, and with an admin key', async () => {
    const { url, client } = await stand();
    const elsewhere = await client.keys.create({
      name: 'on the NAS',
      policy: { operations: ['metrics'], networks: ['192.168.7.0/24'] },
    });
    const refused = await ask(url, bearer(elsewhere.key));
    expect([refused.status, refused.text]).toEqual([403, expect.stringContaining('this computer')]);
    await client.keys.edit({ ref: elsewhere.id, policy: { networks: ['this-computer'] } });
    expect((await ask(url, bearer(elsewhere.key))).status).toBe(200);
    const admin = await client.keys.create({ name: 'admin', kind: 'admin', expiresAt: Date.now() + 86_400_000 });
    const neverMade = admin.key.replace(/.$/, (last) => (last === 'x' ? 'y' : 'x'));
    for (const key of [admin.key, neverMade]) {
      const answer = await ask(url, bearer(key));
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('admin key')]);
    }
  });

  test('with a key of this computer, where another program passed the request on', async () => {
    const { url, client } = await stand();
    const make = (name: string, networks: string[] | null) =>
      client.keys.create({ name, policy: { operations: ['metrics'], networks } });
    const [here, near, anywhere] = [
      await make('here', ['this-computer']),
      await make('near', ['my-network']),
      await make('anywhere', null),
    ];
    const signs = [
      { forwarded: 'for=127.0.0.1;host=127.0.0.1' },
      { 'x-forwarded-for': '127.0.0.1' },
      { 'x-real-ip': '127.0.0.1' },
      { via: '1.1 proxy' },
      { 'cf-connecting-ip': '127.0.0.1' },
    ];
    for (const sign of signs) {
      for (const { key } of [here, near]) {
        const { status, text } = await ask(url, { headers: { ...bearer(key).headers, ...sign } });
        expect([status, text], JSON.stringify(sign)).toEqual([403, expect.stringContaining('127.0.0.1')]);
      }
      expect((await ask(url, { headers: { ...bearer(anywhere.key).headers, ...sign } })).status).toBe(200);
    }
    for (const { key } of [here, near]) expect((await ask(url, bearer(key))).status).toBe(200);
  });

  test('from where the server takes no requests at all', async () => {
    const { url, client, make } = await stand();
    const { key } = await make('anywhere', ['metrics']);
    await client.settings.set({ name: 'access.networks', value: ['this-computer'] });
    expect((await ask(url, bearer(key))).status).toBe(200);
    const shut = await ask(url, { headers: { ...bearer(key).headers, 'x-forwarded-for': '127.0.0.1' } });
    expect([shut.status, shut.text]).toEqual([403, expect.stringContaining('This server')]);
  });

  test('with a weak key from elsewhere, and guesses at one are held, those at the gateway among them', async () => {
    const { house, url, client } = await stand();
    await client.keys.import({ text: 'old printer,0400' });
    await client.keys.edit({ ref: 'old printer', policy: { operations: ['metrics'] } });
    const far = (key: string) => ask(url, { headers: { ...bearer(key).headers, forwarded: 'for=192.0.2.7' } });
    expect((await ask(url, bearer('0400'))).status).toBe(200);
    const weak = await far('0400');
    expect([weak.status, weak.text]).toEqual([403, expect.stringContaining('too short to be safe')]);
    const half = mostMissesAMinute / 2;
    const [gateway = ''] = house.status().server.urls;
    for (let n = 0; n < half; n++) {
      const headers = { ...bearer(`g${n}`).headers, forwarded: 'for=192.0.2.7' };
      await (await fetch(`${gateway}/v1/models`, { headers })).text();
      expect((await far(`m${n}`)).status).not.toBe(200);
    }
    const [right, wrong] = [await far('0400'), await far('0401')];
    expect(right.status).toBe(429);
    expect([right.text, right.headers['retry-after']]).toEqual([wrong.text, wrong.headers['retry-after']]);
    // This computer is never held.
    expect((await ask(url, bearer('0400'))).status).toBe(200);
  });

  test('with the right key anywhere but in the header, and no log has it then', async () => {
    const { url, make, lines } = await stand();
    const { key } = await make('prometheus', ['metrics']);
    for (const path of [`/metrics?key=${key}`, `/metrics?${key}`, `/metrics?access_token=${encodeURIComponent(key)}`]) {
      const answer = await ask(url, without, path);
      expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('in the URL')]);
    }
    // Beside the right header too, or it would be a habit.
    expect((await ask(url, bearer(key), `/metrics?key=${key}`)).status).toBe(400);
    expect((await ask(url, bearer(key), '/metrics?since=1h')).status).toBe(400);
    const basic = Buffer.from(`any:${key}`).toString('base64');
    for (const headers of [{ 'x-api-key': key }, { authorization: key }, { authorization: `Basic ${basic}` }]) {
      expect((await ask(url, { headers })).status).toBe(401);
    }
    expect(lines.join('\n')).not.toContain(key);
  });

  test('under another name and to any browser', async () => {
    const { url, make } = await stand();
    const { key } = await make('prometheus', ['metrics']);
    const { port, host } = new URL(url);
    const { authorization } = bearer(key).headers;
    for (const other of [`localhost:${port}`, `keyhatch.example:${port}`, '127.0.0.1']) {
      expect((await send(url, '/metrics', { headers: { authorization, host: other } })).status).toBe(403);
    }
    for (const more of [
      { origin: url },
      { origin: 'https://elsewhere.example' },
      { 'sec-fetch-site': 'same-origin' },
    ]) {
      expect((await send(url, '/metrics', { headers: { authorization, host, ...more } })).status).toBe(403);
    }
    const posted = await ask(url, { ...bearer(key), method: 'POST' });
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET']);
  });

  test('and wrong keys are put off after ten, the right one never', async () => {
    const read = async (credential: string) => {
      if (credential === 'right') return 'up 1\n';
      throw new KeyhatchError('key_unknown');
    };
    const { url, passTime } = await makeDashboard({ metrics: { contentType: 'text/plain', read } });
    for (let n = 0; n < 10; n++) expect((await ask(url, bearer(`wrong ${n}`))).status).toBe(401);
    const put = await ask(url, bearer('wrong'));
    expect([put.status, put.headers['retry-after']]).toEqual([429, '300']);
    expect(await ask(url, bearer('right'))).toMatchObject({ status: 200, text: 'up 1\n' });
    passTime(300_000);
    expect((await ask(url, bearer('wrong'))).status).toBe(401);
  });
});

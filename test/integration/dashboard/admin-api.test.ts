// The admin API as programs use it, over real sockets on a whole house: what it takes, whom it refuses, and that it can do
// no more than its owner may leave to a program.

import { createRouterClient } from '@orpc/server';
import { describe, expect, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import type { ApiDocument } from '../../../shared/api-document.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { atTheMachine } from '../../../shared/people-model.ts';
import { type Answer, headersOf, type Sending, send, signIn } from '../../fakes/browser.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { makeDashboard } from '../../fakes/dashboard-bed.ts';

const day = 86_400_000;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

type Spoken = Answer & { readonly json: unknown; readonly refusal: string | undefined };

/** Asks under the dashboard's own name. */
async function ask(url: string, path: string, sending: Sending = {}): Promise<Spoken> {
  const headers = { ...sending.headers, host: new URL(url).host };
  const answer = await send(url, `/api/v1${path}`, { ...sending, headers });
  const json = answer.text === '' ? undefined : (JSON.parse(answer.text) as unknown);
  return { ...answer, json, refusal: (json as { error?: { code?: string } } | undefined)?.error?.code };
}

async function stand() {
  const { house, lines, dataDir } = await composeHouse();
  const client = createRouterClient(house.router, { context: { caller: atTheMachine } });
  const admin = await client.keys.create({ name: 'script', kind: 'admin', expiresAt: Date.now() + day });
  const url = house.status().dashboard.url ?? '';
  const api = (path: string, method = 'GET', body?: unknown) =>
    ask(url, path, { method, headers: bearer(admin.key), ...(body === undefined ? {} : { body }) });
  return { house, lines, dataDir, client, admin, url, api };
}

describe('an admin key', () => {
  test('is known to have been used, from where and with what', async () => {
    const { client, admin, url, dataDir } = await stand();
    const local = await client.keys.create({ name: 'local script', kind: 'admin' });
    const connection = await connectControl({ dataDir, adminKey: local.key });
    await connection?.client.keys.list({});
    await connection?.close();
    expect(await client.keys.get({ ref: local.id })).toMatchObject({ lastUsedFrom: 'control socket' });
    expect(await client.keys.get({ ref: admin.id })).toMatchObject({ lastUsedAt: null });
    await ask(url, '/keys', { headers: { ...bearer(admin.key), 'user-agent': 'deploy/1.0' } });
    const used = await client.keys.get({ ref: admin.id });
    expect(used).toMatchObject({ lastUsedFrom: '127.0.0.1', lastUsedBy: 'deploy/1.0' });
    expect(used.lastUsedAt).not.toBeNull();
  });

  test('is told of a member whose name is mistyped, and nothing is done: a limit would be none', async () => {
    const { client, api } = await stand();
    for (const [more, named] of [
      [{ policy: { modles: ['x'] } }, 'policy.modles'],
      [{ rmp: 3 }, 'rmp'],
      [{ policy: { budgets: [{ period: 'day', tokens: 5, cots: null }] } }, 'policy.budgets.cots'],
    ] as const) {
      const answer = await api('/keys', 'POST', { name: 'typo', ...more });
      expect(answer).toMatchObject({ status: 400, refusal: 'body_invalid' });
      expect(answer.text).toContain(`\\"${named}\\"`);
    }
    expect((await client.keys.list({})).map(({ name }) => name)).not.toContain('typo');
  });

  test('makes, reads, changes and deletes a key, which the history says', async () => {
    const { client, api } = await stand();
    const made = await api('/keys', 'POST', { name: 'by a program', rpm: 5 });
    expect(made).toMatchObject({ status: 201, json: { facts: { name: 'by a program', limits: { rpm: 5 } } } });
    const { id } = made.json as { id: string };
    expect(await api(`/keys/${id}`)).toMatchObject({ status: 200, json: { id } });
    expect(await api('/keys/by%20a%20program', 'PATCH', { rpm: 7 })).toMatchObject({ json: { limits: { rpm: 7 } } });
    expect(await api(`/keys/${id}/pause`, 'POST')).toMatchObject({ json: { status: 'paused' } });
    expect(await api(`/keys/${id}/limits`)).toMatchObject({ json: { requestsPerMinute: { limit: 7 } } });
    expect(await api(`/keys/${id}`, 'DELETE')).toMatchObject({ status: 200 });
    expect(await api(`/keys/${id}`)).toMatchObject({ status: 404, refusal: 'key_not_found' });
    const { entries } = await client.history.list({ subject: id });
    expect(entries.map(({ action }) => action)).toEqual(['deleted', 'paused', 'edited', 'created']);
    for (const { actor, detail } of entries) expect([actor, detail]).toEqual(['api', 'script']);
  });

  test('makes its calls with the fetch of Node, which marks how it asks', async () => {
    const { admin, url } = await stand();
    const headers = { ...bearer(admin.key), 'content-type': 'application/json' };
    const made = await fetch(`${url}/api/v1/keys`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ name: 'fetched' }),
    });
    expect([made.status, await made.json()]).toMatchObject([201, { facts: { name: 'fetched' } }]);
    expect((await fetch(`${url}/api/v1/keys/fetched`, { headers })).status).toBe(200);
  });

  test('reads usage, requests, settings and the state, with numbers in the URL', async () => {
    const { api } = await stand();
    expect(await api('/usage?sinceMs=3600000&by=key')).toMatchObject({ status: 200, json: { by: 'key', lines: [] } });
    expect(await api('/requests?limit=5&outcome=trouble')).toMatchObject({ json: { rows: [], next: null } });
    expect(await api('/settings/usage.retentionDays')).toMatchObject({ json: { value: 30 } });
    expect(await api('/settings/usage.retentionDays', 'PUT', { value: 90 })).toMatchObject({ json: { value: 90 } });
    expect(await api('/server/ports/1')).toMatchObject({ json: { port: 1 } });
    expect(await api('/status')).toMatchObject({ json: { version: '0.1.0' } });
    expect(await api('/audit/entries?limit=1&kind=setting')).toMatchObject({
      json: { entries: [{ action: 'changed' }] },
    });
  });

  test('is taken from x-api-key too, and from both only if they agree', async () => {
    const { url, admin } = await stand();
    expect((await ask(url, '/status', { headers: { 'x-api-key': admin.key } })).status).toBe(200);
    expect((await ask(url, '/status', { headers: { ...bearer(admin.key), 'x-api-key': admin.key } })).status).toBe(200);
    const other = { ...bearer(admin.key), 'x-api-key': 'kh_other' };
    expect(await ask(url, '/status', { headers: other })).toMatchObject({ status: 400, refusal: 'key_ambiguous' });
  });

  test('reads the document, which nobody else does', async () => {
    const { url, api } = await stand();
    const { status, json, headers } = await api('/openapi.json');
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'application/json', 'no-store']);
    expect((json as ApiDocument).info.version).toBe('0.1.0');
    expect(await ask(url, '/openapi.json')).toMatchObject({ status: 401, refusal: 'admin_key_missing' });
  });

  test('says what is wrong with an input, a path or a method', async () => {
    const { api } = await stand();
    const wrong = await api('/keys', 'POST', { name: '' });
    expect(wrong).toMatchObject({ status: 400, refusal: 'input_invalid' });
    expect((wrong.json as { error: object }).error).toEqual({
      code: 'input_invalid',
      message: expect.stringContaining('name'),
      details: { reason: expect.stringContaining('name') },
    });
    expect(await api('/usage?sinceMs=soon&by=key')).toMatchObject({ status: 400, refusal: 'input_invalid' });
    expect(await api('/usage?sinceMs=5&by=key&limit=2')).toMatchObject({ status: 400, refusal: 'query_not_allowed' });
    expect(await api('/keys?x=1', 'POST', { name: 'x' })).toMatchObject({ status: 400, refusal: 'query_not_allowed' });
    for (const path of ['', '/', '/nothing', '/keys/a/b/c', '/keys/']) {
      expect(await api(path), path).toMatchObject({ status: 404, refusal: 'route_unknown' });
    }
    const put = await api('/keys', 'PUT', {});
    expect([put.status, put.refusal, put.headers.allow]).toEqual([405, 'method_not_allowed', 'GET, POST']);
    expect((await api('/keys/laptop', 'POST', {})).headers.allow).toBe('DELETE, GET, PATCH');
    expect((await api('/keys', 'OPTIONS')).status).toBe(405);
  });

  test('sends JSON and says so, four MiB of it at most', async () => {
    const { url, admin, api } = await stand();
    const form = { ...bearer(admin.key), 'content-type': 'application/x-www-form-urlencoded' };
    const posted = await ask(url, '/keys', { method: 'POST', headers: form, body: 'name=x' });
    expect(posted).toMatchObject({ status: 400, refusal: 'body_invalid' });
    const broken = { ...bearer(admin.key), 'content-type': 'application/json' };
    expect(await ask(url, '/keys', { method: 'POST', headers: broken, body: '{"name":' })).toMatchObject({
      refusal: 'body_invalid',
    });
    expect(await api('/keys/import', 'POST', { text: 'x'.repeat(5 * 1024 * 1024) })).toMatchObject({
      status: 400,
      refusal: 'body_invalid',
    });
  });
});

describe('what an admin key cannot do', () => {
  test('change the address of a model server, open the port to others, or capture: that takes the owner', async () => {
    const { client, api } = await stand();
    const before = await client.upstreams.list();
    for (const [path, method, body] of [
      ['/upstreams', 'POST', { url: 'http://127.0.0.1:9', confirm: true }],
      ['/upstreams', 'POST', { url: 'http://169.254.169.254', confirm: true }],
      [`/upstreams/${before[0]?.id}`, 'DELETE', undefined],
      ['/server/lan', 'PUT', { on: true }],
      ['/capture/script', 'POST', {}],
      ['/settings/server.hosts', 'PUT', { value: ['0.0.0.0'], confirm: true }],
      ['/settings/access.requireKey', 'PUT', { value: false, confirm: true }],
      ['/settings/dashboard.port', 'PUT', { value: 4000 }],
      ['/audit/begin-anew', 'POST', undefined],
    ] as const) {
      const answer = await api(path, method, body);
      expect(answer, path).toMatchObject({ status: 403, refusal: 'owner_session_required' });
      expect(answer.text).toContain('It takes the owner, signed in to the dashboard a moment ago');
    }
    expect(await client.upstreams.list()).toEqual(before);
  });

  test('begin a capture; it ends one that the owner began, which the history says', async () => {
    const { client, api } = await stand();
    const { id } = await client.keys.create({ name: 'laptop' });
    await client.capture.start({ ref: 'laptop' });
    expect(await api('/capture/laptop', 'POST', {})).toMatchObject({ refusal: 'owner_session_required' });
    expect((await client.capture.list()).on.map(({ keyId }) => keyId)).toEqual([id]);
    expect(await api('/capture/laptop', 'DELETE')).toMatchObject({ status: 200, json: { on: [] } });
    expect((await client.capture.list()).on).toEqual([]);
    const { entries } = await client.history.list({ kind: 'key', subject: 'laptop' });
    expect(entries[0]).toMatchObject({ action: 'capture_stopped', actor: 'api' });
  });

  test('make or change people who may do more than members', async () => {
    const { client, api } = await stand();
    for (const role of ['owner', 'manager'])
      expect(await api('/invites', 'POST', { role }), role).toMatchObject({
        status: 403,
        refusal: 'owner_session_required',
      });
    expect(await client.people.invites()).toEqual([]);
    expect(await api('/invites', 'POST', { role: 'member', name: 'ada' })).toMatchObject({ status: 201 });
    expect(await api('/invites')).toMatchObject({ json: [{ role: 'member' }] });
  });

  test('reach what stands in no route: links to sign in, backups, the desktop', async () => {
    const { api } = await stand();
    for (const path of ['/dashboard/link', '/dashboard.link', '/backup', '/desktop', '/changes', '/rpc/status/get']) {
      expect((await api(path, 'POST', {})).status, path).toBe(404);
    }
  });

  test('go on once it is paused or revoked', async () => {
    const { client, admin, api } = await stand();
    await client.keys.pause({ ref: admin.id });
    expect(await api('/status')).toMatchObject({ status: 401, refusal: 'admin_key_unknown' });
    await client.keys.resume({ ref: admin.id });
    expect((await api('/status')).status).toBe(200);
    await client.keys.revoke({ ref: admin.id });
    const gone = await api('/status');
    expect([gone.status, gone.headers['www-authenticate']]).toEqual([401, 'Bearer']);
  });
});

describe('is refused', () => {
  test('an ordinary key, known or made up, with 403', async () => {
    const { url, client } = await stand();
    const { key } = await client.keys.create({ name: 'laptop' });
    const texts = await Promise.all(
      [key, key.replace(/.$/, '_'), 'sk-anything'].map(async (one) => {
        const answer = await ask(url, '/keys', { headers: bearer(one) });
        expect(answer).toMatchObject({ status: 403, refusal: 'admin_key_required' });
        return answer.text;
      }),
    );
    expect(new Set(texts).size).toBe(1);
  });

  test('whoever sends none, or a session instead', async () => {
    const { house, url } = await stand();
    const halves = headersOf(await signIn(house.dashboardLink().url));
    for (const headers of [{}, halves, { ...halves, authorization: 'Basic a2V5' }]) {
      expect(await ask(url, '/status', { headers })).toMatchObject({ status: 401, refusal: 'admin_key_missing' });
    }
  });

  test('every browser, be it on our own page, and every other name', async () => {
    const { url, admin } = await stand();
    for (const more of [{ origin: url }, { origin: 'https://elsewhere.example' }, { 'sec-fetch-site': 'none' }]) {
      const answer = await ask(url, '/status', { headers: { ...bearer(admin.key), ...more } });
      expect(answer).toMatchObject({ status: 403, refusal: 'dashboard_page_refused' });
    }
    const { port } = new URL(url);
    for (const host of [`localhost:${port}`, `keyhatch.example:${port}`]) {
      const answer = await send(url, '/api/v1/status', { headers: { ...bearer(admin.key), host } });
      expect(answer.status).toBe(403);
    }
  });

  test('a key in the URL, spelled in any way, and no log has it then', async () => {
    const { url, admin, lines } = await stand();
    const encoded = admin.key.replaceAll('_', '%5F');
    for (const path of [`/status?key=${admin.key}`, `/status?${encoded}`, `/keys/${admin.key}`]) {
      expect(await ask(url, path, { headers: bearer(admin.key) })).toMatchObject({ refusal: 'key_in_url' });
    }
    expect(lines.join('\n')).not.toContain(admin.key);
  });

  test('and noted once a minute for each address, without what was sent', async () => {
    const { url, client } = await stand();
    for (let n = 0; n < 3; n++) await ask(url, '/status', { headers: bearer(`kha_wrongone_${n}`) });
    const { entries } = await client.history.list({ kind: 'sign_in' });
    expect(entries).toHaveLength(1);
    expect(entries[0]).toMatchObject({
      action: 'sign_in_failed',
      actor: 'api',
      subject: { id: '127.0.0.1', name: 'admin API' },
    });
    expect(JSON.stringify(entries)).not.toContain('wrongone');
  });

  test('guessing after ten tries, while the right one works at any time', async () => {
    const admit = (credential: string) => {
      if (credential !== 'right') throw new KeyhatchError('admin_key_unknown');
      return {};
    };
    const answer = async (_request: unknown, response: { end: (text: string) => unknown }) => {
      response.end('{}');
    };
    const { url, passTime } = await makeDashboard({ api: () => ({ admit, answer }) });
    for (let n = 0; n < 10; n++) expect((await ask(url, '/status', { headers: bearer(`wrong${n}`) })).status).toBe(401);
    const put = await ask(url, '/status', { headers: bearer('wrong') });
    expect([put.status, put.refusal, put.headers['retry-after']]).toEqual([429, 'too_many_attempts', '300']);
    expect((await ask(url, '/status', { headers: bearer('right') })).status).toBe(200);
    passTime(300_000);
    expect((await ask(url, '/status', { headers: bearer('wrong') })).status).toBe(401);
  });
});

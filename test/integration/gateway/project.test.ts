// What a key's project makes of its requests: archived, models, aliases, a model server of its own, the echo model; and what
// becomes of weak keys and of old secrets.

import { afterEach, describe, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { chatAnswer, chatFrames, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const inHome = { key: { name: 'phone', projectId: 'home' } };
const ask = (more: object = {}, headers: Record<string, string> = {}) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(more), headers });
const codeOf = (response: Response) => response.headers.get('x-keyhatch-error');

describe('an archived project', () => {
  test('refuses all its keys before anything reaches the model server, and lets them in again', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { name: 'Home', closed: true });
    const row = bed.nextRow();
    const refused = await ask();
    expect(refused.status).toBe(403);
    expect(codeOf(refused)).toBe('project_archived');
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(await refused.text()).toContain('\\"Home\\"');
    expect(await row).toMatchObject({ outcome: 'refused', errorCode: 'project_archived', project: 'home' });
    expect(bed.upstream.journal).toEqual([]);
    const free = bed.addKey();
    expect((await bed.fetch('/v1/models', { key: free.key })).status).toBe(200);
    bed.setProject('home', { closed: false });
    expect((await ask()).status).toBe(200);
  });

  test('ends what its keys are running, in the dialect, and says so in the row', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { name: 'Home' });
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatFrames()[0]);
    };
    const row = bed.nextRow();
    const response = await ask({ stream: true });
    const reader = response.body?.getReader();
    const first = await reader?.read();
    bed.setProject('home', { closed: true });
    let text = Buffer.from(first?.value ?? []).toString();
    await expect(
      (async () => {
        for (;;) {
          const next = await reader?.read();
          text += Buffer.from(next?.value ?? []).toString();
          if (next?.done) return;
        }
      })(),
    ).rejects.toThrow();
    expect(text).toContain('project_archived');
    expect(text).toContain('Home');
    expect(await row).toMatchObject({ outcome: 'ended', errorCode: 'project_archived' });
    expect(bed.gateway.running()).toBe(0);
  });

  test('is what a project counts as that nobody knows', async () => {
    bed = await makeBed({ key: { projectId: 'lost' } });
    const refused = await ask();
    expect([refused.status, codeOf(refused)]).toEqual([403, 'project_archived']);
  });
});

describe('the models of a project', () => {
  test('bound its keys, whatever those allow, and what they see', async () => {
    bed = await makeBed({ key: { projectId: 'home', models: ['m', 'large'] } });
    bed.setProject('home', { models: ['m', 'small:latest'] });
    bed.upstream.behave = (arrival, res, req) =>
      arrival.method === 'GET'
        ? void res
            .writeHead(200, { 'content-type': 'application/json' })
            .end(JSON.stringify({ object: 'list', data: [{ id: 'm' }, { id: 'large' }, { id: 'small' }] }))
        : chatAnswer(arrival, res, req);
    expect((await ask()).status).toBe(200);
    const refused = await ask({ model: 'large' });
    expect([refused.status, codeOf(refused)]).toEqual([404, 'model_not_allowed']);
    expect(await refused.text()).toContain('m, small:latest');
    expect(codeOf(await ask({ model: 'small' }))).toBe('model_not_allowed');
    const list = await (await bed.fetch('/v1/models')).json();
    expect(list).toMatchObject({ data: [{ id: 'm' }] });
  });

  test('hold for a draft model, and for a request that names none', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { models: ['m'] });
    expect(codeOf(await ask({ draft_model: 'large' }))).toBe('model_not_allowed');
    expect(codeOf(await ask({ model: undefined }))).toBe('model_not_allowed');
  });
});

describe('an alias', () => {
  test('becomes the model that it stands for, in the bytes too, and nothing else changes', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', 'm "1"']]), models: ['m "1"'] });
    const row = bed.nextRow();
    const body = '{ "messages": [{"role":"user","content":"fast"}],  "model" : "f\\u0061st" , "seed":1 }';
    expect((await bed.fetch('/v1/chat/completions', { method: 'POST', body })).status).toBe(200);
    expect(bed.upstream.journal[0]?.body.toString()).toBe(body.replace('"f\\u0061st"', '"m \\"1\\""'));
    expect(await row).toMatchObject({ model: 'm "1"', outcome: 'ok' });
    expect(codeOf(await ask({ model: 'slow' }))).toBe('model_not_allowed');
  });

  test('does not open what the key may not use: a model that runs elsewhere', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', 'kimi:cloud']]) });
    expect(codeOf(await ask({ model: 'fast' }))).toBe('operation_not_allowed');
    expect(bed.upstream.journal).toEqual([]);
    bed.changeKey(bed.keyId, { policy: { ...usualPolicy, operations: ['chat', 'cloud'] } });
    expect((await ask({ model: 'fast' })).status).toBe(200);
  });

  test('goes together with asking for usage', async () => {
    bed = await makeBed({ ...inHome, kind: 'lmstudio' });
    bed.setProject('home', { aliases: new Map([['a-much-longer-name', 'm']]) });
    const response = await ask({ model: 'a-much-longer-name', stream: true });
    expect(await response.text()).toContain('[DONE]');
    const sent = bed.upstream.journal[0];
    expect(JSON.parse(sent?.body.toString() ?? '')).toMatchObject({
      model: 'm',
      stream: true,
      stream_options: { include_usage: true },
      messages: [{ role: 'user', content: 'hi' }],
    });
    expect(Number(sent?.headers['content-length'])).toBe(sent?.body.length);
  });

  test('counts in a path, and is told of where a form names it', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', 'org/m:1']]) });
    await bed.fetch('/v1/models/fast');
    expect(bed.upstream.journal[0]?.path).toBe('/v1/models/org%2Fm:1');
    const form = new FormData();
    form.set('model', 'fast');
    form.set('file', new Blob(['sound']), 'a.wav');
    const refused = await bed.fetch('/v1/audio/transcriptions', { method: 'POST', body: form, headers: {} });
    expect(refused.status).toBe(400);
    expect(bed.upstream.journal).toHaveLength(1);
  });
});

describe('a model server of its own', () => {
  test('answers the project’s keys, though another one has the model, and nobody stands in for it', async () => {
    bed = await makeBed(inHome);
    const own = await startFakeUpstream();
    bed.addUpstream(own, { id: 'own', models: new Set(['other']) });
    bed.setProject('home', { upstreamId: 'own' });
    expect((await ask()).status).toBe(200);
    expect([bed.upstream.journal.length, own.journal.length]).toEqual([0, 1]);
    await bed.fetch('/v1/models');
    expect([bed.upstream.journal.length, own.journal.length]).toEqual([0, 2]);
    bed.upstreams.pop();
    const refused = await ask();
    expect([refused.status, codeOf(refused)]).toEqual([503, 'project_upstream_gone']);
    expect(refused.headers.get('x-should-retry')).toBe('false');
    expect(bed.upstream.journal).toEqual([]);
    await own.close();
  });

  test('can be the echo model, for everything, and fails while that is not there', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { echo: true });
    expect(codeOf(await ask())).toBe('project_upstream_gone');
    const echo = await startFakeUpstream();
    bed.setEcho(bed.addUpstream(echo, { id: 'echo', kind: 'echo', models: new Set(['echo']) }));
    bed.upstreams.pop();
    const row = bed.nextRow();
    expect((await ask({ model: 'whatever' })).status).toBe(200);
    expect(await row).toMatchObject({ upstreamId: 'echo', model: 'whatever' });
    expect(JSON.parse(echo.journal[0]?.body.toString() ?? '')).toMatchObject({ model: 'echo' });
    expect([bed.upstream.journal.length, echo.journal.length]).toEqual([0, 1]);
    await echo.close();
  });
});

test('a weak key works for a program on this computer, and for nobody else', async () => {
  bed = await makeBed({ key: { weak: true } });
  expect((await ask()).status).toBe(200);
  for (const headers of [{ 'x-forwarded-for': '192.0.2.1' }, { via: '1.1 proxy' }]) {
    const refused = await ask({}, headers);
    expect([refused.status, codeOf(refused)]).toEqual([403, 'key_weak']);
  }
  expect(bed.upstream.journal).toHaveLength(1);
});

test('the last use of an old secret is told, and that of the present one is not', async () => {
  bed = await makeBed();
  const old = bed.addOldSecret(bed.keyId);
  await ask();
  expect(bed.oldSecretUses).toEqual([]);
  const row = bed.nextRow();
  await bed.fetch('/v1/models', { key: old, headers: { 'user-agent': 'Continue/1.3' } });
  const { receivedAt } = await row;
  expect(bed.oldSecretUses).toEqual([
    { id: bed.keyId, at: receivedAt, address: '127.0.0.1', userAgent: 'Continue/1.3' },
  ]);
});

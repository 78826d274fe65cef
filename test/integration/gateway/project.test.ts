// What a key's project makes of its requests: archived, models, aliases, a model server of its own, the echo model; and what
// becomes of weak keys and of old secrets.

import { afterEach, describe, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { budget } from '../../../shared/limit-model.ts';
import { chatAnswer, chatFrames, json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
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

  test('may be patterns', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { models: ['qwen*'] });
    expect((await ask({ model: 'qwen3-8b' })).status).toBe(200);
    expect(codeOf(await ask({ model: 'gemma' }))).toBe('model_not_allowed');
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

  test('counts in a path', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', 'org/m:1']]) });
    await bed.fetch('/v1/models/fast');
    expect(bed.upstream.journal[0]?.path).toBe('/v1/models/org%2Fm:1');
  });
});

describe('an alias in a form', () => {
  const sound = 'RIFF\r\n--not the boundary\r\nfast\0\xff';
  const part = (name: string, content: string, more = '') =>
    `--XX\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
  const file = part('file', sound, '; filename="fast.wav"\r\nContent-Type: audio/wav');
  const send = (form: string, type = 'multipart/form-data; boundary=XX') =>
    bed.fetch('/v1/audio/transcriptions', {
      method: 'POST',
      body: Buffer.from(form, 'latin1'),
      headers: { 'content-type': type },
    });
  const inHouse = async (model = 'whisper-large-v3', rules: object = {}) => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', model]]), ...rules });
  };

  test('becomes the model that it stands for, and no other byte changes', async () => {
    await inHouse();
    for (const form of [
      `${file}${part('model', 'fast')}--XX--\r\n`,
      `${part('model', 'fast', '\r\nContent-Type: text/plain; charset=utf-8')}${file}--XX--`,
    ]) {
      const row = bed.nextRow();
      expect((await send(form)).status).toBe(200);
      const sent = bed.upstream.journal.at(-1);
      expect(sent?.body.toString('latin1')).toBe(
        form.replace('\r\n\r\nfast\r\n--XX', '\r\n\r\nwhisper-large-v3\r\n--XX'),
      );
      expect(Number(sent?.headers['content-length'])).toBe(sent?.body.length);
      expect(await row).toMatchObject({ model: 'whisper-large-v3', outcome: 'ok' });
    }
  });

  test('as a browser and the SDKs write it', async () => {
    await inHouse();
    const form = new FormData();
    form.set('file', new Blob(['sound']), 'naïve “name”.wav');
    form.set('model', 'fast');
    const response = await fetch(`${bed.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
      headers: { authorization: `Bearer ${bed.key}` },
    });
    expect(response.status).toBe(200);
    const { body, headers } = bed.upstream.journal[0] ?? {};
    const type = String(headers?.['content-type']);
    const sent = await new Response(new Uint8Array(body ?? []), { headers: { 'content-type': type } }).formData();
    expect(sent.get('model')).toBe('whisper-large-v3');
    expect(await (sent.get('file') as File).text()).toBe('sound');
  });

  test('is held against what the key and the project may use, by the model behind it', async () => {
    await inHouse('whisper:cloud');
    expect(codeOf(await send(`${part('model', 'fast')}--XX--\r\n`))).toBe('operation_not_allowed');
    await inHouse('whisper', { models: ['other'] });
    expect(codeOf(await send(`${part('model', 'fast')}--XX--\r\n`))).toBe('model_not_allowed');
    expect(bed.upstream.journal).toEqual([]);
  });

  test.each<[string, string]>([
    ['with something before its first part', `before\r\n${part('model', 'fast')}--XX--\r\n`],
    ['with something after its last part', `${part('model', 'fast')}--XX--\r\n${part('model', 'slow')}--XX--\r\n`],
    ['that is not closed', part('model', 'fast')],
    ['whose model is a file', `${part('model', 'fast', '; filename="m"')}--XX--\r\n`],
    ['whose model is encoded', `${part('model', 'ZmFzdA==', '\r\nContent-Transfer-Encoding: base64')}--XX--\r\n`],
    [
      'whose model has another charset',
      `${part('model', 'fast', '\r\nContent-Type: text/plain; charset=utf-16')}--XX--\r\n`,
    ],
    ['with a name twice in one part', `${part('model', 'fast')}${part('file', 'x', '; name="model"')}--XX--\r\n`],
    ['with a folded head', `${part('model', 'fast')}${part('file', 'x', ';\r\n filename="x"')}--XX--\r\n`],
    ['with a boundary right below a head', `${part('model', 'fast')}${part('file', '--XX\r\n')}--XX--\r\n`],
    ['with a boundary that goes on', `${part('model', 'fast')}${part('file', 'x\r\n--XXY')}--XX--\r\n`],
    ['with line feeds alone', `${part('model', 'fast')}--XX--\r\n`.replaceAll('\r\n', '\n')],
  ])('is refused in a form %s, which two readers could take for two', async (_, form) => {
    await inHouse();
    const refused = await send(form);
    expect([refused.status, codeOf(refused)]).toEqual([400, 'body_invalid']);
    expect(bed.upstream.journal).toEqual([]);
  });

  test.each(['--XX', 'a\r\n--XX--'])('is refused where the model behind it could end the form: %j', async (model) => {
    await inHouse(model);
    expect(codeOf(await send(`${part('model', 'fast')}--XX--\r\n`))).toBe('body_invalid');
    expect(bed.upstream.journal).toEqual([]);
  });

  test('forms that name no alias go on as they came, odd or not', async () => {
    await inHouse();
    const form = `${part('model', 'whisper', '\r\nX-Odd: 1')}${file}--XX--\r\n`;
    expect((await send(form)).status).toBe(200);
    expect(bed.upstream.journal[0]?.body.toString('latin1')).toBe(form);
  });
});

describe('the names that a project has for models', () => {
  const answers = (lists: Readonly<Record<string, unknown>>) => {
    bed.upstream.behave = (arrival, res) => json(res, 200, lists[arrival.path]);
  };
  const list = async (path: string) => (await bed.fetch(path)).json();

  test('stand in its keys’ lists, each as its model in another name, in every dialect', async () => {
    bed = await makeBed({ key: { name: 'phone', projectId: 'home', models: ['m', 'n'] } });
    const aliases = [
      ['fast', 'm'],
      ['gone', 'x'],
      ['hidden', 'other'],
      ['n', 'm'],
    ] as const;
    bed.setProject('home', { aliases: new Map(aliases) });
    answers({
      '/v1/models': { object: 'list', data: ['m', 'n', 'other'].map((id) => ({ id, owned_by: 'me' })) },
      '/api/tags': { models: [{ name: 'm:latest', model: 'm:latest', size: 7 }] },
    });
    expect(await list('/v1/models')).toEqual({
      object: 'list',
      data: ['m', 'n', 'fast'].map((id) => ({ id, owned_by: 'me' })),
    });
    expect(await list('/api/tags')).toEqual({
      models: [
        { name: 'm:latest', model: 'm:latest', size: 7 },
        { name: 'fast', model: 'fast', size: 7 },
        // No model of this list is called so.
        { name: 'n', model: 'n', size: 7 },
      ],
    });
  });

  test('are no way round the right to models in a cloud', async () => {
    bed = await makeBed(inHome);
    bed.setProject('home', { aliases: new Map([['fast', 'large:cloud']]) });
    const refused = await ask({ model: 'fast' });
    expect([refused.status, codeOf(refused)]).toEqual([403, 'operation_not_allowed']);
    expect(bed.upstream.journal).toEqual([]);
  });
});

test('a replay has no key, so nothing of a project or of a budget holds it', async () => {
  bed = await makeBed(inHome);
  const budgets = [budget.parse({ period: 'day', tokens: 0 })];
  bed.setProject('home', { closed: true, models: [], aliases: new Map([['m', 'other']]), budgets });
  const row = bed.nextRow();
  bed.gateway.replay({ of: 'req_1', path: '/v1/chat/completions', body: Buffer.from(chat()) });
  expect(await row).toMatchObject({ outcome: 'ok', model: 'm', keyId: null, project: null });
  expect(JSON.parse(bed.upstream.journal[0]?.body.toString() ?? '')).toMatchObject({ model: 'm' });
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

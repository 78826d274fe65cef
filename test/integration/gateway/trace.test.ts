// What a row tells of a request besides its figures: route, client, error as it was sent and without credentials; and what
// can be seen of a request while it still runs.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const post = (body: string, path = '/v1/chat/completions', headers: Record<string, string> = {}) =>
  bed.fetch(path, { method: 'POST', body, headers });

async function rowOf(request: Promise<Response>) {
  const row = bed.nextRow();
  await (await request).text();
  return await row;
}

test('a row says route, client, model asked, attempt and when it went up', async () => {
  const row = await rowOf(
    post(chat(), '/v1/chat/completions', { 'user-agent': 'OpenAI/JS 6.1', 'x-stainless-retry-count': '2' }),
  );
  expect(row).toMatchObject({
    route: 'POST /v1/chat/completions',
    client: 'OpenAI SDK (JS)',
    model: 'm',
    modelAsked: 'm',
    attempt: 2,
    errorText: null,
    captured: false,
    replayOf: null,
  });
  expect(row.forwardedAt).toBeGreaterThanOrEqual(row.admittedAt ?? 0);
  expect(row.forwardedAt).toBeLessThanOrEqual(row.firstByteAt ?? 0);
});

test('what is named in the path is not told with the route', async () => {
  bed.upstream.behave = (_arrival, res) => json(res, 200, { id: 'm' });
  expect(await rowOf(bed.fetch('/v1/models/some%2Fmodel'))).toMatchObject({
    route: 'GET /v1/models/{model}',
    modelAsked: 'some/model',
  });
  expect(await rowOf(bed.fetch('/v1/responses/resp_secretid/input_items'))).toMatchObject({
    route: 'GET /v1/responses/{response}/input_items',
    modelAsked: null,
  });
});

test('a refusal is kept as the client read it', async () => {
  bed.changeKey(bed.keyId, { models: ['only-this'] });
  const answer = post(chat());
  const row = await rowOf(answer.then((response) => response.clone()));
  const { error } = (await (await answer).json()) as { error: { message: string } };
  expect(row).toMatchObject({ errorCode: 'model_not_allowed', errorText: error.message, forwardedAt: null });
});

describe('an error of the model server’s own is kept', () => {
  const upstreamCredential = 'studio-credential-0815';
  beforeEach(() => {
    Object.assign(bed.upstreams[0] ?? {}, { credential: upstreamCredential });
  });

  test.each([
    ['OpenAI', { error: { message: 'context of 4096 tokens exceeded', code: 'x' } }, 'context of 4096 tokens exceeded'],
    ['Ollama', { error: 'model "x" not found' }, 'model "x" not found'],
    ['FastAPI', { detail: [{ msg: 'field required' }] }, 'field required'],
    [
      'one that says its credential again',
      { error: `bad key ${upstreamCredential} and Bearer abcdef0123456789 and sk-proj-abcdefgh12345678` },
      'bad key … and Bearer … and …',
    ],
    ['one with a key of ours', { error: 'who is kh_7Fq2mZ9a_0123456789abcdefgh?' }, 'who is kh_7Fq2mZ9a_…?'],
    ['a page', '<html>\n  <h1>Oops</h1>\n', '<html> <h1>Oops</h1>'],
  ])('in the words of %s', async (_name, body, expected) => {
    bed.upstream.behave = (_arrival, res) => {
      if (typeof body === 'string') res.writeHead(500, { 'content-type': 'text/html' }).end(body);
      else json(res, 400, body);
    };
    expect(await rowOf(post(chat()))).toMatchObject({ outcome: 'upstream_error', errorText: expected });
  });

  test('without the prompt that a long one says back', async () => {
    const input = { messages: [{ role: 'user', content: 'the owl flies at midnight' }], more: 'z'.repeat(20_000) };
    bed.upstream.behave = (_arrival, res) =>
      json(res, 422, { detail: [{ type: 'missing', loc: ['body'], msg: 'Field "model"\nis required', input }] });
    expect(await rowOf(post(chat()))).toMatchObject({ errorText: 'Field "model" is required' });
    bed.upstream.behave = (_arrival, res) => json(res, 422, { input });
    expect(await rowOf(post(chat()))).toMatchObject({ errorText: null });
  });

  test('short, however long it is, and with no half of a credential at the cut', async () => {
    bed.upstream.behave = (_arrival, res) =>
      json(res, 500, { error: `${'x'.repeat(480)} ${upstreamCredential} ${'y'.repeat(20_000)}` });
    const { errorText } = await rowOf(post(chat()));
    expect(errorText).toHaveLength(500);
    expect(errorText).not.toContain('studio');
  });
});

test('a request that runs is listed with its key, model and server until it ends', async () => {
  let finish: (() => void) | undefined;
  bed.upstream.behave = (_arrival, res) => {
    finish = () => json(res, 200, {});
  };
  const arrived = bed.upstream.nextArrival();
  const answer = post(chat());
  await arrived;
  expect(bed.gateway.runningList()).toMatchObject([
    { keyId: bed.keyId, keyName: 'key 1', model: 'm', operation: 'chat', upstreamName: 'upstream 1', caller: 'key' },
  ]);
  const [running] = bed.gateway.runningList();
  finish?.();
  const response = await answer;
  expect(response.headers.get('x-request-id')).toBe(running?.id);
  const row = bed.rows[0] ?? (await bed.nextRow());
  expect(row.id).toBe(running?.id);
  expect(bed.gateway.runningList()).toEqual([]);
});

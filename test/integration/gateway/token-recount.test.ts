// Where an answer told no numbers, the model server's own tokenizer is asked once it has ended, and never before.

import type { ServerResponse } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { UpstreamKind } from '../../../shared/upstream-kinds.ts';
import { type Arrival, chatAnswer, json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

const sse = { 'content-type': 'text/event-stream' };
const piece = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
const stream = `${piece('one two')}${piece(' three')}data: [DONE]\n\n`;
const question = { messages: [{ role: 'user', content: 'four words of prompt' }], stream: true };

type Answers = Readonly<Record<string, (asked: Record<string, unknown>) => unknown>>;

/** A model server whose streams tell no numbers, with these further endpoints. */
async function bedWith(kind: UpstreamKind, answers: Answers, answer = (res: ServerResponse) => void res.end(stream)) {
  bed = await makeBed({ kind });
  bed.upstream.behave = (arrival, res) => {
    const asked = JSON.parse(arrival.body.toString('utf8')) as Record<string, unknown>;
    const own = answers[arrival.path];
    if (own && !('stream' in asked && arrival.path === '/v1/chat/completions')) return json(res, 200, own(asked));
    if (arrival.path !== '/v1/chat/completions') return json(res, 404, { error: 'no such path' });
    answer(res.writeHead(200, sse));
  };
}

async function ask(body = chat(question)) {
  const row = bed.nextRow();
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body })).text().catch(() => undefined);
  return row;
}

const words = (text: unknown) => String(text).split(/\s+/).filter(Boolean);
const askedOf = ({ path, body }: Arrival) => [path, JSON.parse(body.toString('utf8'))];

test('llama.cpp counts the prompt by its template and the answer by its text', async () => {
  await bedWith('llamacpp', {
    '/v1/chat/completions/input_tokens': () => ({ input_tokens: 17 }),
    '/tokenize': ({ content }) => ({ tokens: words(content) }),
  });
  expect(await ask()).toMatchObject({ tokensIn: 17, tokensOut: 3, tokenSource: 'tokenized', unmetered: 'no_numbers' });
  expect(bed.upstream.journal.slice(1).map(askedOf)).toEqual([
    ['/v1/chat/completions/input_tokens', JSON.parse(chat(question))],
    ['/tokenize', { content: 'one two three', add_special: false }],
  ]);
});

test('an older llama.cpp counts the text of the prompt', async () => {
  await bedWith('llamacpp', { '/tokenize': ({ content }) => ({ tokens: words(content) }) });
  expect(await ask()).toMatchObject({ tokensIn: 5, tokensOut: 3, tokenSource: 'tokenized' });
});

test('vLLM counts messages and text at one endpoint', async () => {
  await bedWith('vllm', { '/tokenize': ({ messages, prompt }) => ({ count: messages ? 21 : words(prompt).length }) });
  expect(await ask()).toMatchObject({ tokensIn: 21, tokensOut: 3, tokenSource: 'tokenized' });
});

test('text-generation-webui counts text', async () => {
  await bedWith('textgen', { '/v1/internal/token-count': ({ text }) => ({ length: words(text).length }) });
  expect(await ask()).toMatchObject({ tokensIn: 5, tokensOut: 3, tokenSource: 'tokenized' });
});

test('the upstream’s own credential goes with it, and the client’s key does not', async () => {
  await bedWith('llamacpp', { '/tokenize': () => ({ tokens: [] }) });
  const [upstream] = bed.upstreams;
  if (upstream) bed.upstreams[0] = { ...upstream, credential: 'its-own' };
  await ask();
  expect(bed.upstream.journal.at(-1)).toMatchObject({
    path: '/tokenize',
    headers: { authorization: 'Bearer its-own' },
  });
  expect(bed.upstream.rawBytes()).not.toContain(bed.key);
});

test('what was reported is not asked about', async () => {
  bed = await makeBed({ kind: 'vllm' });
  bed.upstream.behave = chatAnswer;
  expect(await ask()).toMatchObject({ tokensIn: 7, tokensOut: 3, tokenSource: 'reported' });
  expect(bed.upstream.journal).toHaveLength(1);
});

test('a client that left is counted to where it left', async () => {
  await bedWith(
    'llamacpp',
    { '/tokenize': ({ content }) => ({ tokens: words(content) }) },
    (res) => void res.write(piece('one two three four')),
  );
  const row = bed.nextRow();
  const leaving = new AbortController();
  const asked = await bed.fetch('/v1/chat/completions', {
    method: 'POST',
    body: chat(question),
    signal: leaving.signal,
  });
  await asked.body?.getReader().read();
  leaving.abort();
  expect(await row).toMatchObject({ tokensIn: 5, tokensOut: 4, tokenSource: 'tokenized', outcome: 'client_gone' });
});

test.each([
  ['does not know', (res: ServerResponse) => json(res, 404, {})],
  ['answers nonsense', (res: ServerResponse) => void res.writeHead(200).end('{"tokens": 4')],
  ['breaks off', (res: ServerResponse) => void res.destroy()],
])('an upstream that %s leaves the estimate', async (_name, tokenize) => {
  bed = await makeBed({ kind: 'llamacpp' });
  bed.upstream.behave = (arrival, res) =>
    arrival.path === '/v1/chat/completions' ? void res.writeHead(200, sse).end(stream) : tokenize(res);
  expect(await ask()).toMatchObject({ tokensIn: 6, tokensOut: 2, tokenSource: 'counted' });
});

test.each([
  ['one that is down', 'llamacpp', 'down'],
  ['a kind without a tokenizer', 'unknown', 'up'],
] as const)('%s is not asked', async (_name, kind, health) => {
  await bedWith(kind, { '/tokenize': () => ({ tokens: [] }) });
  const [upstream] = bed.upstreams;
  if (upstream) bed.upstreams[0] = { ...upstream, health };
  expect(await ask()).toMatchObject({ tokenSource: 'counted' });
  expect(bed.upstream.journal).toHaveLength(1);
});

test('two are asked about at a time; a third keeps its estimate, and what still waits at the end is written as it is', async () => {
  bed = await makeBed({ kind: 'llamacpp' });
  let asked = 0;
  bed.upstream.behave = (arrival, res) => {
    if (arrival.path === '/v1/chat/completions') res.writeHead(200, sse).end(stream);
    else asked += 1;
  };
  const post = async () => (await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) })).text();
  await post();
  await post();
  await expect.poll(() => asked).toBe(2);
  const third = bed.nextRow();
  await post();
  expect(await third).toMatchObject({ tokenSource: 'counted' });
  expect(bed.rows).toHaveLength(1);
  bed.gateway.close();
  expect(bed.rows.map(({ tokenSource }) => tokenSource)).toEqual(['counted', 'counted', 'counted']);
});

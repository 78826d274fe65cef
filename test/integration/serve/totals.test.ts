// What each key used, as the built program tells it, is what the model server's own journal says it sent to that key.

import { LLMock } from '@copilotkit/aimock';
import { createServer as createMockLlm } from '@dwmkerr/mock-llm/dist/server.js';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { UsageReport } from '../../../shared/usage-model.ts';
import { type KeptAnswer, keepAnswersOf } from '../../fakes/kept-answers.ts';
import { type KeyhatchProcess, startKeyhatch } from '../../fakes/keyhatch-process.ts';

const requests = 120;
const words = ['alpha', 'beta', 'gamma', 'delta'] as const;
type Word = (typeof words)[number];
/** Tokens that the model server says for each: unlike each other, so that a mistake in one shows in the sum. */
const said: Readonly<Record<Word, readonly [tokensIn: number, tokensOut: number]>> = {
  alpha: [11, 5],
  beta: [101, 1_009],
  gamma: [10_007, 53],
  delta: [1, 100_003],
};

type Key = { readonly id: string; readonly key: string };
type Sum = { requests: number; tokensIn: number; tokensOut: number };
const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const close of closings.splice(0).reverse()) await close();
});

async function keyhatchBefore(upstream: string): Promise<{ keyhatch: KeyhatchProcess; keys: readonly Key[] }> {
  const keyhatch = await startKeyhatch({ args: ['--upstream', upstream] });
  closings.push(keyhatch.close);
  const keys: Key[] = [];
  for (let count = 0; count < 4; count += 1) keys.push(await keyhatch.createKey('--rpm', 'none'));
  return { keyhatch, keys };
}

/** Always the same, so that a failure can be looked at again. */
function createDice(): (sides: number) => number {
  let state = 20_261_121;
  return (sides) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * sides);
  };
}

function sumsByKey(): { add: (keyId: string, tokensIn: number, tokensOut: number) => void; all: Map<string, Sum> } {
  const all = new Map<string, Sum>();
  return {
    all,
    add(keyId, tokensIn, tokensOut) {
      const sum = all.get(keyId) ?? { requests: 0, tokensIn: 0, tokensOut: 0 };
      all.set(keyId, {
        requests: sum.requests + 1,
        tokensIn: sum.tokensIn + tokensIn,
        tokensOut: sum.tokensOut + tokensOut,
      });
    },
  };
}

async function told(keyhatch: KeyhatchProcess): Promise<Map<string | null, Sum>> {
  const { lines } = await keyhatch.json<UsageReport>(['usage', '--by', 'key', '--since', '1h']);
  return new Map(
    lines.map(({ group, requests, tokensIn, tokensOut }) => [group, { requests, tokensIn, tokensOut }] as const),
  );
}

/** The tokens of the word that stands in what was asked, and the id of the key that stands there too. */
function factsOf(asked: string, keys: readonly Key[]) {
  const key = keys.find(({ id }) => asked.includes(id));
  const word = words.find((one) => asked.includes(one));
  if (!key || !word) throw new Error(`neither key nor word in ${asked}`);
  return { keyId: key.id, tokens: said[word] };
}

type Way = readonly [path: string, body: (text: string) => object];
const message = (text: string) => ({ model: 'gpt-4o', messages: [{ role: 'user', content: text }] });
const ways: readonly Way[] = [
  ['/v1/chat/completions', message],
  ['/v1/chat/completions', (text) => ({ ...message(text), stream: true, stream_options: { include_usage: true } })],
  ['/v1/responses', (text) => ({ model: 'gpt-4o', input: text })],
  ['/v1/responses', (text) => ({ model: 'gpt-4o', input: text, stream: true })],
  ['/v1/messages', (text) => ({ ...message(text), max_tokens: 64 })],
  ['/v1/messages', (text) => ({ ...message(text), max_tokens: 64, stream: true })],
];

async function ask({ url }: KeyhatchProcess, { key }: Key, path: string, body: object): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  const answer = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  await answer.text();
  expect(answer.status).toBe(200);
}

/** One socket a key, one turn after the other. */
async function askOverSocket({ port }: KeyhatchProcess, { key }: Key, texts: readonly string[]): Promise<void> {
  const headers = { authorization: `Bearer ${key}` };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/v1/responses`, { headers });
  const left = [...texts];
  const next = () => {
    const input = left.shift();
    if (input === undefined) socket.close();
    else socket.send(JSON.stringify({ type: 'response.create', model: 'gpt-4o', input }));
  };
  socket.on('open', next);
  await new Promise<void>((resolve, reject) => {
    socket.on('message', (data) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'response.completed') next();
      else if (type === 'error') reject(new Error(String(data)));
    });
    socket.on('close', () => resolve());
    socket.on('error', reject);
  });
}

test('in front of aimock, over every dialect and over WebSockets', async () => {
  const mock = new LLMock({ port: 0, chunkSize: 6 });
  for (const [word, [tokensIn, tokensOut]] of Object.entries(said)) {
    const usage = {
      prompt_tokens: tokensIn,
      completion_tokens: tokensOut,
      input_tokens: tokensIn,
      output_tokens: tokensOut,
    };
    mock.onMessage(word, { content: `what ${word} says`, usage });
  }
  await mock.start();
  closings.push(() => mock.stop());
  const { keyhatch, keys } = await keyhatchBefore(mock.url);
  const dice = createDice();
  const pick = <One>(from: readonly One[]): One => from[dice(from.length)] as One;
  const asked = Array.from({ length: requests }, () => {
    const [key, [path, body]] = [pick(keys), pick(ways)];
    return ask(keyhatch, key, path, body(`${pick(words)} for ${key.id}`));
  });
  const turns = keys.map((key) =>
    askOverSocket(
      keyhatch,
      key,
      Array.from({ length: 5 }, () => `${pick(words)} for ${key.id}`),
    ),
  );
  await Promise.all([...asked, ...turns]);

  const sums = sumsByKey();
  for (const { method, body } of mock.getRequests()) {
    if (method !== 'POST') continue;
    const { keyId, tokens } = factsOf(JSON.stringify(body), keys);
    sums.add(keyId, ...tokens);
  }
  expect([...sums.all.values()].reduce((all, sum) => all + sum.requests, 0)).toBe(requests + 20);
  expect(await told(keyhatch)).toEqual(sums.all);
});

test('in front of mock-llm, whose streams tell no numbers and are counted piece by piece', async () => {
  // It writes a line to the console for each request.
  vi.spyOn(console, 'log').mockImplementation(() => {});
  const answer = (word: Word) => {
    const [prompt_tokens, completion_tokens] = said[word];
    return JSON.stringify({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: 'gpt-4o',
      choices: [{ index: 0, message: { role: 'assistant', content: `what ${word} says` }, finish_reason: 'stop' }],
      usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
    });
  };
  const rules = words.map((word) => ({
    path: '/v1/chat/completions',
    match: `contains(body.messages[-1].content, '${word}')`,
    response: { status: 200, content: answer(word) },
  }));
  const app = createMockLlm({ streaming: { chunkSize: 5, chunkIntervalMs: 1 }, rules }, '127.0.0.1', 0);
  const kept = await keepAnswersOf(app);
  closings.push(kept.close);
  const { keyhatch, keys } = await keyhatchBefore(kept.url);
  const dice = createDice();
  const pick = <One>(from: readonly One[]): One => from[dice(from.length)] as One;
  await Promise.all(
    Array.from({ length: requests }, () => {
      const key = pick(keys);
      const body = { ...message(`${pick(words)} for ${key.id}`), stream: dice(2) === 1 };
      return ask(keyhatch, key, '/v1/chat/completions', body);
    }),
  );

  const sums = sumsByKey();
  for (const one of kept.journal.filter(({ path }) => path === '/v1/chat/completions')) {
    const { keyId } = factsOf(one.asked, keys);
    sums.add(keyId, ...tokensSentIn(one));
  }
  expect([...sums.all.values()].reduce((all, sum) => all + sum.requests, 0)).toBe(requests);
  expect(await told(keyhatch)).toEqual(sums.all);
});

/** As the answer says, or one for each piece that was sent and a quarter of the prompt's bytes. */
function tokensSentIn({ asked, answered }: KeptAnswer): readonly [number, number] {
  const { stream, messages } = JSON.parse(asked) as { stream: boolean; messages: { role: string; content: string }[] };
  if (!stream) {
    const { usage } = JSON.parse(answered) as { usage: { prompt_tokens: number; completion_tokens: number } };
    return [usage.prompt_tokens, usage.completion_tokens];
  }
  const pieces = answered.split('\n\n').filter((event) => event.includes('"content":'));
  const promptBytes = messages.reduce((all, { role, content }) => all + role.length + Buffer.byteLength(content), 0);
  return [Math.ceil(promptBytes / 4), pieces.length];
}

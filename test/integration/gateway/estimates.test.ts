// Requests whose model server says no numbers, or does not get to it, are counted to where they came.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const word = 'data: {"choices":[{"index":0,"delta":{"content":"one"}}]}\n\n';
const question = { messages: [{ role: 'user', content: 'x'.repeat(36) }], stream: true };

test('a stream without numbers is counted by its pieces', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`${word.repeat(5)}data: [DONE]\n\n`);
  };
  const row = bed.nextRow();
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) })).text();
  expect(await row).toMatchObject({ tokensIn: 10, tokensOut: 5, tokenSource: 'counted', outcome: 'ok' });
});

test('a client that leaves is counted to where it left', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(word.repeat(3));
  };
  const row = bed.nextRow();
  const leaving = new AbortController();
  const init = { method: 'POST', body: chat(question), signal: leaving.signal };
  const response = await bed.fetch('/v1/chat/completions', init);
  const reader = response.body?.getReader();
  let read = 0;
  while (read < word.length * 3) read += (await reader?.read())?.value?.length ?? Number.NaN;
  leaving.abort();
  expect(await row).toMatchObject({ tokensIn: 10, tokensOut: 3, tokenSource: 'counted', outcome: 'client_gone' });
});

test('a client that leaves before the first byte has had its prompt read', async () => {
  const arrived = bed.upstream.nextArrival();
  bed.upstream.behave = () => {};
  const row = bed.nextRow();
  const leaving = new AbortController();
  const init = { method: 'POST', body: chat(question), signal: leaving.signal };
  const asked = bed.fetch('/v1/chat/completions', init).catch(() => undefined);
  await arrived;
  leaving.abort();
  await asked;
  expect(await row).toMatchObject({
    tokensIn: 10,
    tokensOut: 0,
    tokenSource: 'estimated',
    outcome: 'client_gone',
    streamed: true,
  });
});

test('a model server that breaks off is counted to there', async () => {
  bed.upstream.behave = async (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    await new Promise((resolve) => res.write(word.repeat(2), resolve));
    res.destroy();
  };
  const row = bed.nextRow();
  const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) });
  await response.text().catch(() => undefined);
  expect(await row).toMatchObject({ tokensIn: 10, tokensOut: 2, tokenSource: 'counted', outcome: 'upstream_broken' });
});

test('an answer in one piece without numbers is estimated by its text', async () => {
  bed.upstream.behave = (_arrival, res) => json(res, 200, { choices: [{ message: { content: '12345678' } }] });
  const row = bed.nextRow();
  const body = chat({ ...question, stream: false });
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body })).text();
  expect(await row).toMatchObject({ tokensIn: 10, tokensOut: 2, tokenSource: 'estimated' });
});

test('a refusal of the model server costs nothing', async () => {
  bed.upstream.behave = (_arrival, res) => json(res, 400, { error: { message: 'no' } });
  const row = bed.nextRow();
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) })).text();
  expect(await row).toMatchObject({ tokensIn: null, tokensOut: null, tokenSource: 'none' });
});

test('a row says when its prompt was given, when its first and last token came, and how fast both went', async () => {
  bed.upstream.behave = async (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(word);
    await new Promise((resolve) => setTimeout(resolve, 20));
    res.write(word);
    await new Promise((resolve) => setTimeout(resolve, 20));
    res.end('data: [DONE]\n\n');
  };
  const next = bed.nextRow();
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) })).text();
  const row = await next;
  const moments = [row.receivedAt, row.forwardedAt, row.firstByteAt, row.firstTokenAt, row.lastTokenAt, row.endedAt];
  expect(moments).toEqual([...moments].sort((a, b) => (a ?? 0) - (b ?? 0)));
  expect(row.lastTokenAt ?? 0).toBeGreaterThan(row.firstTokenAt ?? 0);
  expect(row.endedAt).toBeGreaterThan(row.lastTokenAt ?? 0);
  expect(row.outputPerSecond).toBeGreaterThan(0);
  expect(row).toMatchObject({ queuedMs: 0, unmetered: 'no_numbers' });
});

test.each([
  ['cut_before_token', 'text/event-stream', ': ping\n\n', true],
  ['cut_short', 'text/event-stream', word, true],
  ['no_numbers', 'text/event-stream', word, false],
  ['unreadable', 'application/json', '{"choices":', false],
  ['too_large', 'text/event-stream', `data: {"choices":[],"x":"${'x'.repeat(1024 * 1024)}"}\n\n`, false],
])('what could not be metered says why: %s', async (unmetered, contentType, text, cut) => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': contentType });
    if (cut) res.write(text, () => setImmediate(() => res.destroy()));
    else res.end(text);
  };
  const row = bed.nextRow();
  const asked = await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat(question) });
  await asked.text().catch(() => undefined);
  expect(await row).toMatchObject({ unmetered });
});

test('an answer in a compression that nobody knows passes, and says why it was not metered', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'x-unheard-of' }).end('{}');
  };
  const row = bed.nextRow();
  await (await bed.fetch('/v1/chat/completions', { method: 'POST', body: chat() })).text();
  expect(await row).toMatchObject({ unmetered: 'compressed', tokenSource: 'unknown' });
});

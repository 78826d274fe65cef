// The line that makes a request again, read by a real shell: every word arrives as it was meant, whatever stands in it, and
// nothing in it is ever run.

import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CurlFacts, curlText } from '../../../renderer/features/requests/curl-text.ts';

const base = 'http://127.0.0.1:1235';
const facts = (more: Partial<CurlFacts> = {}): CurlFacts => ({
  route: 'POST /v1/chat/completions',
  dialect: 'openai',
  model: 'qwen3',
  modelAsked: 'qwen3',
  streamed: false,
  ...more,
});

/** What curl would be given, one word each. */
function wordsOf(line: string): string[] {
  const printing = line.replace(/^curl /, "printf '%s\\0' ");
  const env = { KEYHATCH_KEY: 'kh_test', PATH: process.env['PATH'] };
  return execFileSync('sh', ['-c', printing], { env, encoding: 'utf8' }).split('\0').slice(0, -1);
}

function argument(line: string | null, name: string): string | undefined {
  const words = wordsOf(line ?? '');
  return words[words.indexOf(name) + 1];
}

test('has the key as a variable and no key', () => {
  const line = curlText(facts(), base) ?? '';
  expect(line).toContain('"Authorization: Bearer $KEYHATCH_KEY"');
  expect(wordsOf(line)).toContain('Authorization: Bearer kh_test');
  expect(wordsOf(line)[0]).toBe('http://127.0.0.1:1235/v1/chat/completions');
});

test('a row that does not say what it asked for has none', () => {
  expect(curlText(facts({ route: null }), base)).toBeNull();
});

test('any model name reaches curl as it is', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: 'binary' }), (model) => {
      // JSON escapes what a terminal would not take; a shell never sees a NUL.
      const body = JSON.parse(argument(curlText(facts({ modelAsked: model }), base), '--data-raw') ?? '');
      expect(body.model).toBe(model.isWellFormed() ? model : JSON.parse(JSON.stringify(model)));
    }),
    { numRuns: 40 },
  );
});

test('any captured body reaches curl byte for byte', () => {
  const hostile = [
    "'; touch /tmp/kh-never; '",
    '$(id)',
    '`id`',
    '\\',
    "'\\''",
    '!!',
    '\n',
    '"',
    '@/etc/passwd',
    '%s%n',
    '…',
  ];
  const text = fc
    .array(fc.oneof(fc.constantFrom(...hostile), fc.string()), { maxLength: 8 })
    .map((all) => all.join(''));
  fc.assert(
    fc.property(fc.record({ model: text, content: text }), (value) => {
      const body = JSON.stringify(value, null, 2);
      expect(argument(curlText(facts(), base, body), '--data-raw')).toBe(body);
    }),
    { numRuns: 40 },
  );
});

test('a body that is no JSON, or longer than a word may be, gives way to an example', () => {
  for (const body of ['not json', `{"a":"${'x'.repeat(120_000)}"}`]) {
    expect(JSON.parse(argument(curlText(facts(), base, body), '--data-raw') ?? '')).toEqual({
      model: 'qwen3',
      messages: [{ role: 'user', content: 'Hello' }],
    });
  }
});

describe('the smallest body of its kind', () => {
  test.each([
    ['POST /v1/completions', 'openai', { model: 'qwen3', prompt: 'Hello' }],
    ['POST /v1/embeddings', 'openai', { model: 'qwen3', input: 'Hello' }],
    ['POST /v1/responses', 'openai', { model: 'qwen3', input: 'Hello' }],
    ['POST /api/v1/chat', 'lmstudio', { model: 'qwen3', input: 'Hello' }],
    [
      'POST /v1/messages',
      'anthropic',
      { model: 'qwen3', max_tokens: 256, messages: [{ role: 'user', content: 'Hello' }] },
    ],
    ['POST /api/generate', 'ollama', { model: 'qwen3', prompt: 'Hello', stream: false }],
    ['POST /api/chat', 'ollama', { model: 'qwen3', messages: [{ role: 'user', content: 'Hello' }], stream: false }],
    ['POST /api/embed', 'ollama', { model: 'qwen3', input: 'Hello' }],
    ['POST /api/show', 'ollama', { model: 'qwen3' }],
  ] as const)('%s', (route, dialect, body) => {
    const line = curlText(facts({ route, dialect }), base);
    expect(JSON.parse(argument(line, '--data-raw') ?? '')).toEqual(body);
  });

  test('a stream is asked for where it was one', () => {
    const line = curlText(facts({ streamed: true }), base);
    expect(JSON.parse(argument(line, '--data-raw') ?? '')).toMatchObject({ stream: true });
  });

  test('a form is sent as one, and what has no body as none', () => {
    const form = wordsOf(curlText(facts({ route: 'POST /v1/audio/transcriptions' }), base) ?? '');
    expect(form).toEqual(expect.arrayContaining(['-F', 'file=@speech.wav', 'model=qwen3']));
    const found = wordsOf(curlText(facts({ route: 'GET /v1/models/{model}', modelAsked: "a'b/c d" }), base) ?? '');
    expect(found).toEqual([`${base}/v1/models/a'b%2Fc%20d`, '-H', 'Authorization: Bearer kh_test']);
    expect(wordsOf(curlText(facts({ route: 'DELETE /v1/responses/{response}' }), base) ?? '').slice(0, 2)).toEqual([
      `${base}/v1/responses/RESPONSE_ID`,
      '-X DELETE'.split(' ')[0],
    ]);
  });
});

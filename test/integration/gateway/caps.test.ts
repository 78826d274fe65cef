// The caps of a key on real requests: what is over is refused before the upstream sees it, what is left open is put in,
// and every other byte stays as it was.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { BodyCaps } from '../../../shared/body-caps.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const cap = (caps: Partial<BodyCaps>) =>
  bed.changeKey(bed.keyId, { policy: { ...usualPolicy, caps: { ...usualPolicy.caps, ...caps } } });
const post = (path: string, body: string) => bed.fetch(path, { method: 'POST', body });

/** What reached the upstream. */
async function arrived(path: string, body: string): Promise<string> {
  const response = await post(path, body);
  expect(response.status, await response.text()).toBe(200);
  return bed.upstream.journal.at(-1)?.body.toString() ?? '';
}

describe('a request that names no number of tokens gets the cap of its key', () => {
  test.each([
    ['/v1/chat/completions', '{"model":"m"}', '{"max_tokens":100,"model":"m"}'],
    ['/api/v1/chat/completions', '{"model":"m"}', '{"max_tokens":100,"model":"m"}'],
    ['/v1/completions', '{ "model":"m" }', '{"max_tokens":100, "model":"m" }'],
    ['/v1/messages', '{"model":"m","max_tokens":null}', '{"model":"m","max_tokens":100}'],
    ['/v1/responses', '{"model":"m"}', '{"max_output_tokens":100,"model":"m"}'],
    ['/api/v1/chat', '{"model":"m"}', '{"max_output_tokens":100,"model":"m"}'],
    ['/api/v0/chat/completions', '{}', '{"max_tokens":100}'],
    ['/v1/chat/completions', '{ \t\r\n}', '{"max_tokens":100 \t\r\n}'],
    ['/v1/chat/completions', '{\n"model":"m"}', '{"max_tokens":100,\n"model":"m"}'],
    ['/api/chat', '{"model":"m"}', '{"options":{"num_predict":100},"model":"m"}'],
    ['/api/chat', '{"options":{}}', '{"options":{"num_predict":100}}'],
    ['/api/chat', '{"options": null }', '{"options": {"num_predict":100} }'],
    ['/api/generate', '{"options":{ "seed":1}}', '{"options":{"num_predict":100, "seed":1}}'],
    ['/api/generate', '{"options":{"num_predict":null}}', '{"options":{"num_predict":100}}'],
  ])('%s %s', async (path, body, expected) => {
    cap({ maxTokens: 100 });
    expect(await arrived(path, body)).toBe(expected);
  });

  test('or what it asks for in a spelling that its server may not know', async () => {
    cap({ maxTokens: 100 });
    expect(await arrived('/v1/chat/completions', '{"max_completion_tokens":7}')).toBe(
      '{"max_tokens":7,"max_completion_tokens":7}',
    );
  });

  test('beside the wish for usage of a stream', async () => {
    await bed.close();
    bed = await makeBed({ kind: 'ollama' });
    cap({ maxTokens: 100 });
    const body = await arrived('/v1/chat/completions', '{"model":"m","stream":true,"messages":[]}');
    expect(JSON.parse(body)).toEqual({
      model: 'm',
      stream: true,
      messages: [],
      max_tokens: 100,
      stream_options: { include_usage: true },
    });
  });
});

test('what a request names within its cap stays byte for byte', async () => {
  cap({ maxTokens: 100, contextTokens: 4096, choices: 2, inputs: 2, keepAliveSeconds: 300 });
  for (const [path, body] of [
    ['/v1/chat/completions', '{ "max_tokens" : 1e2, "n":2,"x":1.0e0 }'],
    ['/api/chat', '{"options":{"num_predict":100,"num_ctx":4096},"keep_alive":"5m"}'],
    ['/v1/embeddings', '{"input":["a","b"]}'],
  ] as const) {
    expect(await arrived(path, body)).toBe(body);
  }
});

test('nothing is put in where there is nothing to cap, and for keys without caps', async () => {
  cap({ maxTokens: 100 });
  for (const [path, body] of [
    ['/v1/embeddings', '{"input":"a"}'],
    ['/v1/responses/input_tokens', '{"input":"a"}'],
    ['/v1/messages/count_tokens', '{"messages":[]}'],
  ] as const) {
    expect(await arrived(path, body)).toBe(body);
  }
  bed.changeKey(bed.keyId, { policy: usualPolicy });
  expect(await arrived('/v1/chat/completions', '{"model":"m"}')).toBe('{"model":"m"}');
});

describe('what is over a cap is refused, naming field, cap and what was asked', () => {
  test.each([
    ['maxTokens', '/v1/chat/completions', '{"max_tokens":101}', '100 in "max_tokens", and this request asks for 101'],
    ['maxTokens', '/v1/responses', '{"max_output_tokens":101}', '"max_output_tokens"'],
    ['maxTokens', '/api/chat', '{"options":{"num_predict":-1}}', 'asks for no limit'],
    ['contextTokens', '/api/generate', '{"options":{"num_ctx":131072}}', 'asks for 131072'],
    ['choices', '/v1/chat/completions', '{"n":101}', '"n"'],
    ['choices', '/v1/completions', '{"best_of":101}', '"best_of"'],
    ['inputs', '/v1/embeddings', JSON.stringify({ input: Array(101).fill('a') }), '"input"'],
    ['inputs', '/v1/completions', JSON.stringify({ prompt: Array(101).fill('a') }), '"prompt"'],
    ['keepAliveSeconds', '/api/chat', '{"keep_alive":-1}', 'asks for no limit'],
    ['keepAliveSeconds', '/api/embed', '{"keep_alive":"24h"}', 'asks for 86400'],
  ] as const)('%s at %s: %s', async (name, path, body, says) => {
    cap({ [name]: 100 });
    const response = await post(path, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('x-keyhatch-error')).toBe('body_over_cap');
    expect(await response.text()).toContain(JSON.stringify(says).slice(1, -1));
    expect(bed.upstream.journal).toHaveLength(0);
    expect(bed.rows.at(-1)).toMatchObject({ outcome: 'refused', errorCode: 'body_over_cap', keyId: bed.keyId });
  });
});

describe('in a form', () => {
  /** Parts as they stand in the form, between its boundaries. */
  async function sent(...parts: readonly (readonly [disposition: string, text: string])[]): Promise<string> {
    cap({ choices: 2 });
    const written = parts.map(
      ([named, text]) => `--edge\r\nContent-Disposition: form-data; ${named}\r\n\r\n${text}\r\n`,
    );
    const response = await bed.fetch('/v1/images/edits', {
      method: 'POST',
      body: `${written.join('')}--edge--\r\n`,
      headers: { 'content-type': 'multipart/form-data; boundary=edge' },
    });
    await response.text();
    return response.headers.get('x-keyhatch-error') ?? (bed.upstream.journal.length > 0 ? 'arrived' : 'lost');
  }
  const image = ['name="image"; filename="a.png"', 'x'] as const;

  test.each(['3', '-1', '-0.5'])('n=%s is over the cap', async (count) => {
    expect(await sent(['name="n"', count])).toBe('body_over_cap');
  });
  test.each(['two', '1_000', '٥'])('n=%s cannot be read', async (count) => {
    expect(await sent(['name="n"', count])).toBe('body_invalid');
  });
  test('what policy knows stands there once', async () => {
    expect(await sent(['name="n"', '1'], ['name="n"', '500'])).toBe('body_invalid');
    expect(await sent(['name="best_of"', '1'], ['name="best_of"', '1'])).toBe('body_invalid');
  });
  test('as text', async () => {
    expect(await sent(['name="n"; filename="x"', '500'])).toBe('body_invalid');
    expect(await sent(['name="model"; filename="x"', 'm'])).toBe('body_invalid');
  });
  test('what is in order passes, also several images', async () => {
    const several = ['name="image[]"; filename="b.png"', 'x'] as const;
    expect(await sent(['name="n"', '2'], ['name="model"', 'm'], image, image, several, several)).toBe('arrived');
  });
});

test('two opinions inside Ollama’s options are none', async () => {
  for (const options of ['{"num_ctx":1,"num_ctx":9}', '{"Num_Ctx":9}', '{"num_predict":1,"NUM_PREDICT":2}']) {
    const response = await post('/api/chat', `{"options":${options}}`);
    expect(response.status, options).toBe(400);
    expect(response.headers.get('x-keyhatch-error')).toBe('body_invalid');
  }
  cap({ maxTokens: 1 });
  expect((await post('/api/chat', '{"options":"num_predict"}')).status).toBe(400);
});

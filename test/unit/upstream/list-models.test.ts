import { describe, expect, test } from 'vitest';
import { credentialHeaders } from '../../../electron/lib/credential-headers.ts';
import { askModels, listModels, modelNames } from '../../../electron/upstream/list-models.ts';
import {
  type FakeRoute,
  openaiList,
  startFakeLmStudio,
  startFakeModelServer,
  startFakeOllama,
  startFakeServer,
} from '../../fakes/model-servers.ts';
import { opening } from '../../fakes/opening.ts';

async function serving(route: FakeRoute): Promise<{ readonly url: URL; readonly kind: 'llamacpp' }> {
  const server = await opening(startFakeServer({ routes: { '/v1/models': route } }));
  return { url: server.url, kind: 'llamacpp' };
}

const timeoutMs = 1000;

describe('lists', () => {
  test('Ollama by its own list, tags and all', async () => {
    const server = await opening(startFakeOllama({ models: ['llama3:latest', 'qwen3:8b'] }));
    expect(await listModels({ url: server.url, kind: 'ollama' }, { timeoutMs })).toEqual(['llama3:latest', 'qwen3:8b']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/tags']);
  });

  test('LM Studio by the list that has the models not loaded yet, else by the plain one', async () => {
    const server = await opening(startFakeLmStudio({ models: ['a', 'b'] }));
    const upstream = { url: server.url, kind: 'lmstudio' } as const;
    expect(await listModels(upstream, { timeoutMs })).toEqual(['a', 'b']);
    server.setRoutes({ '/api/v0/models': { body: { error: 'Unexpected endpoint or method' } } });
    expect(await listModels(upstream, { timeoutMs })).toEqual(['a', 'b']);
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v0/models', '/api/v0/models', '/v1/models']);
  });

  test('an unknown server by either list', async () => {
    const server = await opening(startFakeOllama({ models: ['m'] }));
    server.setRoutes({ '/v1/models': { status: 404, body: '' } });
    expect(await listModels({ url: server.url, kind: 'unknown' }, { timeoutMs })).toEqual(['m']);
  });

  test('at most 2,000 models, each once, and nothing that is not a name', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => `model-${index}`);
    expect(await listModels(await serving(openaiList(many)), { timeoutMs })).toHaveLength(2000);
    const odd = { body: { data: [{ id: 'a' }, { id: 'a' }, { id: 7 }, 'b', null, { id: 'x\ny' }, { id: '' }] } };
    expect(await listModels(await serving(odd), { timeoutMs })).toEqual(['a']);
  });

  test('nothing that is larger than 4 MiB', async () => {
    const huge = { body: { data: [{ id: 'a', pad: 'x'.repeat(5 * 1024 * 1024) }] } };
    await expect(listModels(await serving(huge), { timeoutMs })).rejects.toMatchObject({
      code: 'upstream_unreachable',
    });
  });
});

describe('sends the credential as the kind takes it', () => {
  test.each([
    ['vllm', { authorization: 'Bearer k' }],
    ['lmstudio', { authorization: 'Bearer k' }],
    ['textgen', { authorization: 'Bearer k', 'x-api-key': 'k' }],
    ['unknown', { authorization: 'Bearer k', 'x-api-key': 'k' }],
  ] as const)('%s', async (kind, expected) => {
    expect(credentialHeaders(kind, 'k')).toEqual(expected);
    expect(credentialHeaders(kind, undefined)).toEqual({});
    const server = await opening(startFakeModelServer('vllm', { credential: 'k' }));
    expect(await listModels({ url: server.url, kind, credential: 'k' }, { timeoutMs })).toHaveLength(2);
  });
});

describe('judges', () => {
  test.each([
    ['no credential', { status: 401, body: '' }, 'up', 'needs a credential', true],
    [
      'llama.cpp loading',
      { status: 503, body: { error: { message: 'Loading model' } } },
      'up',
      'is loading a model',
      false,
    ],
    ['oMLX loading', { status: 503, body: { status: 'loading' } }, 'up', 'is loading a model', false],
    ['broken', { status: 500, body: '' }, 'down', 'answers with an error (HTTP 500)', false],
    ['overloaded', { status: 503, body: 'busy' }, 'down', 'answers with an error (HTTP 503)', false],
    ['no list', { status: 404, body: '' }, 'up', 'gives no list of models (HTTP 404)', false],
    ['not JSON', { body: '<html>' }, 'up', 'gives no list of models (HTTP 200)', false],
    ['silent', { body: '', silent: true }, 'unknown', 'no answer within 0.4 s', false],
  ] as const)('%s', async (_name, route, health, reason, needsCredential) => {
    const answer = await askModels(await serving(route), { timeoutMs: 400 });
    expect(answer).toMatchObject({ health, reason, needsCredential, models: undefined });
  });

  test('a server that is gone, by the error that says so', async () => {
    const server = await startFakeOllama();
    await server.close();
    const failed = listModels({ url: server.url, kind: 'ollama' }, { timeoutMs });
    await expect(failed).rejects.toThrow(`${server.url.origin} cannot be reached: nothing listens there`);
  });
});

test('names Ollama models with and without :latest', () => {
  const names = modelNames('ollama', ['llama3:latest', 'qwen3:8b', 'hf.co/a/b', 'plain']);
  expect([...names].sort()).toEqual(
    ['llama3:latest', 'llama3', 'qwen3:8b', 'hf.co/a/b', 'hf.co/a/b:latest', 'plain', 'plain:latest'].sort(),
  );
  expect([...modelNames('vllm', ['a:latest'])]).toEqual(['a:latest']);
});

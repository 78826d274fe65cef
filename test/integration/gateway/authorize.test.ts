// What a key may do until keys carry rights, which model goes to which upstream, and who owns a stored response.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayUpstream } from '../../../electron/gateway/ports.ts';
import { type FakeUpstream, json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
let second: FakeUpstream | undefined;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(async () => {
  await bed.close();
  await second?.close();
  second = undefined;
});

const post = (path: string, body: object, key?: string) =>
  bed.fetch(path, { method: 'POST', body: JSON.stringify(body), ...(key === undefined ? {} : { key }) });

describe('what acts on the machine or the owner’s account is refused', () => {
  const paths: readonly (readonly [string, string])[] = [
    ['POST', '/api/pull'],
    ['POST', '/api/push'],
    ['POST', '/api/create'],
    ['POST', '/api/copy'],
    ['DELETE', '/api/delete'],
    ['POST', '/api/blobs/sha256:abc'],
    ['POST', '/api/v1/models/load'],
    ['POST', '/api/v1/models/unload'],
    ['POST', '/api/v1/models/download'],
    ['GET', '/slots'],
    ['POST', '/slots/0'],
    ['GET', '/props'],
    ['POST', '/props'],
    ['GET', '/tools'],
    ['POST', '/models/load'],
    ['POST', '/api/me'],
  ];
  for (const [method, path] of paths) {
    test(`${method} ${path}`, async () => {
      const response = await bed.fetch(path, { method });
      expect(response.status).toBe(403);
      expect(response.headers.get('x-keyhatch-error')).toBe('operation_not_allowed');
      expect(bed.upstream.journal).toHaveLength(0);
    });
  }

  test('but only for those with a key: a stranger learns nothing', async () => {
    expect((await bed.fetch('/api/pull', { method: 'POST', key: null })).status).toBe(401);
  });

  const image = (url: string) => ({
    model: 'm',
    messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }],
  });
  const bodies: Record<string, readonly [string, object]> = {
    'a model in the cloud': ['/api/chat', { model: 'gpt-oss:120b-cloud', messages: [] }],
    'a model in the cloud by tag': ['/api/chat', { model: 'kimi:cloud', messages: [] }],
    'MCP integrations': ['/api/v1/chat', { model: 'm', input: 'x', integrations: ['mcp/playwright'] }],
    'MCP tools': ['/v1/responses', { model: 'm', input: 'x', tools: [{ type: 'mcp', server_url: 'http://x' }] }],
    'MCP servers': ['/v1/messages', { model: 'm', messages: [], mcp_servers: [{ url: 'http://x' }] }],
    'an image from the web': ['/v1/chat/completions', image('http://169.254.169.254/')],
    'an image from a file': ['/v1/chat/completions', image('file:///etc/passwd')],
    'an image URL as a string': [
      '/v1/responses',
      { model: 'm', input: [{ role: 'user', content: [{ type: 'input_image', image_url: 'https://x/y.png' }] }] },
    ],
    'an image source by URL': [
      '/v1/messages',
      {
        model: 'm',
        messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'url', url: 'https://x' } }] }],
      },
    ],
    'a nested odd spelling': [
      '/v1/chat/completions',
      { model: 'm', messages: [{ content: [{ Image_URL: { URL: 'http://x' } }] }] },
    ],
    'a file by URL': [
      '/v1/responses',
      { model: 'm', input: [{ content: [{ type: 'input_file', file_url: 'https://x' }] }] },
    ],
    'a video by URL': [
      '/v1/chat/completions',
      { model: 'm', messages: [{ content: [{ type: 'video_url', video_url: { url: 'http://x' } }] }] },
    ],
  };
  for (const [name, [path, body]] of Object.entries(bodies)) {
    test(name, async () => {
      const response = await post(path, body);
      expect(response.status).toBe(403);
      expect(response.headers.get('x-keyhatch-error')).toBe('operation_not_allowed');
      expect(bed.upstream.journal).toHaveLength(0);
    });
  }

  const fine: Record<string, readonly [string, object]> = {
    'an inline image': ['/v1/chat/completions', image('data:image/png;base64,AAAA')],
    'bare base64 for Ollama': [
      '/api/chat',
      { model: 'm', messages: [{ role: 'user', content: 'x', images: ['iVBORw0KGgo='] }] },
    ],
    'an inline source': [
      '/v1/messages',
      { model: 'm', messages: [{ content: [{ type: 'image', source: { type: 'base64', data: 'AAAA' } }] }] },
    ],
    'ordinary tools, even with an odd parameter': [
      '/v1/chat/completions',
      {
        model: 'm',
        messages: [],
        tools: [
          { type: 'function', function: { name: 'f', parameters: { properties: { image_url: { type: 'string' } } } } },
        ],
      },
    ],
    'a tool call about a URL': [
      '/v1/messages',
      { model: 'm', messages: [{ content: [{ type: 'tool_use', input: { image_url: 'https://x' } }] }] },
    ],
    'a citation': [
      '/v1/messages',
      { model: 'm', messages: [{ content: [{ type: 'search_result', source: 'https://x', title: 't' }] }] },
    ],
  };
  for (const [name, [path, body]] of Object.entries(fine)) {
    test(`lets pass: ${name}`, async () => {
      expect((await post(path, body)).status).toBe(200);
    });
  }
});

describe('a path that is not in the table does not exist', () => {
  for (const [path, dialect] of [
    ['/v1/anything/api/extra/abort', 'openai'],
    ['/v1/fine_tuning/jobs', 'openai'],
    ['/invocations', 'openai'],
    ['/v1/messages/batches', 'anthropic'],
    ['/api/nothing', 'ollama'],
    ['/api/v0/nothing', 'lmstudio'],
    ['/V1/models', 'openai'],
    ['/v1/models/', 'openai'],
  ] as const) {
    test(`${path}: 404 in the shape of ${dialect}`, async () => {
      const response = await bed.fetch(path);
      expect(response.status).toBe(404);
      const body = (await response.json()) as Record<string, unknown>;
      if (dialect === 'ollama') expect(typeof body['error']).toBe('string');
      else expect(body['error']).toMatchObject({ message: expect.any(String) });
      if (dialect === 'anthropic') expect(body).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
    });
  }
  test('a missing /v1 is pointed out', async () => {
    expect(await (await post('/chat/completions', {})).text()).toContain('Did you mean /v1/chat/completions?');
  });
  test('a wrong method is told which ones there are', async () => {
    const response = await bed.fetch('/v1/chat/completions');
    expect(response.status).toBe(405);
    expect(await response.text()).toContain('Use POST');
  });
});

describe('dialects', () => {
  const of = async (kind: 'ollama' | 'lmstudio' | 'llamacpp') => {
    await bed.close();
    bed = await makeBed({ kind });
  };
  test('one that the upstream does not speak is refused, naming the base URL to use', async () => {
    await of('lmstudio');
    const response = await post('/api/chat', { model: 'm' });
    expect(response.status).toBe(404);
    expect(await response.text()).toContain(`LM Studio) does not speak the Ollama API. Use the base URL ${bed.url}/v1`);
    await of('ollama');
    expect((await post('/api/v1/chat', { model: 'm', input: 'x' })).status).toBe(404);
    expect((await post('/api/chat', { model: 'm' })).status).toBe(200);
  });
  test('an upstream of unknown kind is taken to speak what it is asked', async () => {
    for (const path of ['/v1/chat/completions', '/v1/messages', '/api/chat', '/api/v0/chat/completions']) {
      expect((await post(path, JSON.parse(chat()) as object)).status, path).toBe(200);
    }
  });
  test('LMArenaBridge’s base URL works for OpenAI clients', async () => {
    await of('llamacpp');
    expect((await post('/api/v1/chat/completions', JSON.parse(chat()) as object)).status).toBe(200);
    expect((await bed.fetch('/api/v1/models')).status).toBe(200);
    expect(bed.upstream.journal.map(({ path }) => path)).toEqual(['/v1/chat/completions', '/v1/models']);
  });
  test('and its model list is LM Studio’s own when that is the upstream', async () => {
    await of('lmstudio');
    expect((await bed.fetch('/api/v1/models')).status).toBe(200);
    expect(bed.upstream.journal[0]?.path).toBe('/api/v1/models');
  });
  test('a model id with slashes and colons can be looked up, encoded or not', async () => {
    for (const path of ['/v1/models/qwen%2Fqwen3-4b', '/v1/models/qwen/qwen3-4b', '/v1/models/llama3.2:3b']) {
      expect((await bed.fetch(path)).status, path).toBe(200);
    }
    // One encoded segment, whichever way it came: some servers route by how a path ends.
    const asked = bed.upstream.journal.map(({ path }) => path);
    expect(asked).toEqual(['/v1/models/qwen%2Fqwen3-4b', '/v1/models/qwen%2Fqwen3-4b', '/v1/models/llama3.2:3b']);
  });
});

describe('with several upstreams', () => {
  beforeEach(async () => {
    second = await startFakeUpstream();
    bed.addUpstream(second, { name: 'second', models: new Set(['other', 'llama3:latest']) });
  });
  test('the model decides', async () => {
    for (const [model, where] of [
      ['m', 'first'],
      ['other', 'second'],
      ['llama3', 'second'],
      ['unheard-of', 'first'],
      ['local-model', 'first'],
      ['default', 'first'],
    ] as const) {
      const [a, b] = [bed.upstream.journal.length, second?.journal.length ?? 0];
      expect((await post('/v1/chat/completions', { model, messages: [] })).status).toBe(200);
      expect([bed.upstream.journal.length - a, (second?.journal.length ?? 0) - b], model).toEqual(
        where === 'first' ? [1, 0] : [0, 1],
      );
    }
  });
  test('lists are put together without doubles, a dead one left out and logged', async () => {
    (second as FakeUpstream).behave = (_arrival, res) =>
      json(res, 200, { object: 'list', data: [{ id: 'm' }, { id: 'other' }] });
    const ids = async () =>
      ((await (await bed.fetch('/v1/models')).json()) as { data: { id: string }[] }).data.map(({ id }) => id);
    expect(await ids()).toEqual(['m', 'other']);
    (second as FakeUpstream).behave = (_arrival, res) => void res.destroy();
    expect(await ids()).toEqual(['m']);
    expect(bed.log.join()).toContain('left out of a list');
  });
});

describe('a key with a list of models', () => {
  test('may use those, and is told which when it asks for another', async () => {
    bed.changeKey(bed.keyId, { models: ['m', 'llama3:latest'] });
    expect((await post('/v1/chat/completions', { model: 'm' })).status).toBe(200);
    expect((await post('/v1/chat/completions', { model: 'llama3' })).status).toBe(200);
    bed.upstreams[0] = { ...(bed.upstreams[0] as GatewayUpstream), models: new Set(['m', 'n']) };
    for (const body of [{ model: 'other' }, {}, { model: 'm', draft_model: 'other' }, { model: 'default' }]) {
      const response = await post('/v1/chat/completions', body);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({
        error: { code: 'model_not_found', message: expect.stringContaining('It may use: m, llama3:latest') },
      });
    }
  });
  test('sees only those in lists', async () => {
    bed.changeKey(bed.keyId, { models: ['allowed'] });
    bed.upstream.behave = (_arrival, res) => json(res, 200, { object: 'list', data: [{ id: 'm' }, { id: 'allowed' }] });
    const list = (await (await bed.fetch('/v1/models')).json()) as { data: { id: string }[] };
    expect(list.data.map(({ id }) => id)).toEqual(['allowed']);
  });
});

describe('stored responses', () => {
  const respond = (id: string) => {
    bed.upstream.behave = (_arrival, res) =>
      json(res, 200, { id, object: 'response', status: 'completed', usage: { input_tokens: 1, output_tokens: 1 } });
  };
  test('belong to the key that made them', async () => {
    respond('resp_1');
    const stranger = bed.addKey();
    expect((await post('/v1/responses', { model: 'm', input: 'x' })).status).toBe(200);
    expect((await bed.fetch('/v1/responses/resp_1')).status).toBe(200);
    expect((await post('/v1/responses', { model: 'm', input: 'y', previous_response_id: 'resp_1' })).status).toBe(200);
    for (const attempt of [
      bed.fetch('/v1/responses/resp_1', { key: stranger.key }),
      bed.fetch('/v1/responses/resp_1', { method: 'DELETE', key: stranger.key }),
      post('/v1/responses', { model: 'm', input: 'y', previous_response_id: 'resp_1' }, stranger.key),
      bed.fetch('/v1/responses/resp_unknown'),
      post('/v1/responses', { model: 'm', input: 'y', conversation: 'conv_1' }),
      post('/v1/responses', { model: 'm', input: [{ type: 'item_reference', id: 'msg_1' }] }),
    ]) {
      const response = await attempt;
      expect(response.status).toBe(404);
      expect(response.headers.get('x-keyhatch-error')).toBe('response_unknown');
    }
  });
  test('of a stream belong to its key from the first event', async () => {
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.end('event: response.created\ndata: {"type":"response.created","response":{"id":"resp_s"}}\n\n');
    };
    await (await post('/v1/responses', { model: 'm', input: 'x', stream: true })).text();
    respond('resp_s');
    expect((await bed.fetch('/v1/responses/resp_s')).status).toBe(200);
  });
  test('lie on the upstream that made them', async () => {
    second = await startFakeUpstream((_arrival, res) => json(res, 200, { id: 'resp_2', object: 'response' }));
    bed.addUpstream(second, { models: new Set(['other']) });
    await post('/v1/responses', { model: 'other', input: 'x' });
    await bed.fetch('/v1/responses/resp_2');
    expect(second.journal.map(({ path }) => path)).toEqual(['/v1/responses', '/v1/responses/resp_2']);
    expect(bed.upstream.journal).toHaveLength(0);
  });
});

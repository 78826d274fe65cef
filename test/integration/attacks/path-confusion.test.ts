// Path confusion: targets that the gateway and a model server would read as different paths, or as another host. Nothing is
// decoded or resolved: what is not plainly a path of the table does not exist, and none of these reaches a model server.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { statusOf } from '../../fakes/raw-post.ts';

let bed: Bed;
beforeAll(async () => {
  // With every right, so that only the path can be what refuses.
  bed = await makeBed({ kind: 'ollama' });
});
beforeEach(() => bed.upstream.journal.splice(0));
afterAll(() => bed.close());

function send(target: string, method = 'POST'): Promise<string> {
  const body = method === 'GET' ? '' : chat();
  return bed.raw(
    Buffer.from(
      [
        `${method} ${target} HTTP/1.1`,
        `Host: 127.0.0.1:${bed.port}`,
        `Authorization: Bearer ${bed.key}`,
        ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
        'Connection: close',
        '',
        body,
      ].join('\r\n'),
      'latin1',
    ),
  );
}

test('the plain path is served, so that what follows is refused for its path alone', async () => {
  expect(statusOf(await send('/v1/chat/completions'))).toBe(200);
  expect(bed.upstream.journal).toHaveLength(1);
});

test.each([
  // What would be resolved on the way.
  '/v1/../api/pull',
  '/v1/./chat/completions',
  '/v1/%2e%2e/api/pull',
  '/v1/%2E%2E/api/pull',
  '/v1/.%2e/api/pull',
  '/v1/..%2fapi/pull',
  '/v1/chat/completions/..',
  '/v1/chat/completions/.',
  '/v1\\..\\api\\pull',
  '/v1/..\\api/pull',
  // What would be decoded on the way.
  '/v1%2fchat/completions',
  '/v1/%63hat/completions',
  '/v1/chat%2Fcompletions',
  '/v1/chat/completions%00',
  '/v1/chat/completions%20',
  '/v1/chat/completions%0d%0aX: y',
  '/v1/chat/completions%5c',
  '/v1/models/..%2f..%2fapi%2fpull',
  '/v1/models/%2e%2e',
  '/v1/models/%252e%252e',
  // What changes the host where somebody resolves it against a base.
  '//evil.example/v1/chat/completions',
  '/\\evil.example/v1/chat/completions',
  '///evil.example/x',
  'http://evil.example/v1/chat/completions',
  'http://127.0.0.1/v1/chat/completions',
  'https://evil.example/',
  '*',
  'v1/chat/completions',
  // What other servers cut off, or do not tell apart.
  '/v1/chat/completions;x=1',
  '/v1/chat/completions;',
  '/v1/chat//completions',
  '/v1//chat/completions',
  '/v1/chat/completions#x',
  '/v1/chat/completions?x#y',
  '/v1/ch\u00e4t',
])('a target that could be read in two ways is refused: %s', async (target) => {
  const status = statusOf(await send(target));
  expect([400, 404]).toContain(status);
  expect(bed.upstream.journal).toEqual([]);
});

test.each([
  // KoboldCpp goes by the end of a path, Docker Model Runner cuts before the first /v1/, others by a prefix or without case.
  '/v1/anything/api/extra/abort',
  '/v1/anything/api/extra/generate/stream',
  '/api/extra/generate/stream',
  '/x/v1/chat/completions',
  '/engines/llama.cpp/v1/chat/completions',
  '/openai/deployments/m/chat/completions',
  '/chat/completions',
  '/v1/chat/completions/v1/chat/completions',
  '/V1/chat/completions',
  '/v1/Chat/Completions',
  '/v1/chat/completions/',
  '/v1/chat/completions.',
  '/v0/chat/completions',
  '/v2/chat/completions',
  '/v1/internal/model/load',
  '/v1/stream/x',
  '/invocations',
  '/collective_rpc',
  '/update_weights',
  '/api/v1/config/set',
  '/v1/load',
])('a path beside the table does not exist: %s', async (target) => {
  for (const method of ['POST', 'GET']) expect(statusOf(await send(target, method)), method).toBe(404);
  expect(bed.upstream.journal).toEqual([]);
});

test.each(['/api/PULL', '/api/pull/', '/Api/pull', '/api/pull?x=1', '/api//pull', '/v1/api/pull'])(
  'another spelling of what takes a right is no way round it: %s',
  async (target) => {
    expect(statusOf(await send(target))).toBeGreaterThanOrEqual(400);
    expect(bed.upstream.journal).toEqual([]);
  },
);

test('a model’s name with a slash is asked for under one path, and only there', async () => {
  expect(statusOf(await send('/v1/models/org%2Fm', 'GET'))).not.toBe(400);
  expect(bed.upstream.journal.every(({ path }) => path.startsWith('/v1/models'))).toBe(true);
});

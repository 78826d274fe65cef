// Managing models with Ollama's own client: what a key with the right to it can do, and what one without it is told.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { operationPresets, usualPolicy } from '../../../shared/key-policy.ts';
import { type Arrival, type Behaviour, json } from '../../fakes/fake-upstream.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import { ollamaClient } from './sdks.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed({ kind: 'ollama', key: { policy: { ...usualPolicy, operations: [...operationPresets.full] } } });
  bed.upstream.behave = likeOllama;
});
afterEach(() => bed.close());

const likeOllama: Behaviour = (arrival, res) => {
  if (arrival.path.startsWith('/api/blobs/')) return void res.writeHead(arrival.method === 'HEAD' ? 404 : 201).end();
  if (['/api/pull', '/api/push', '/api/create'].includes(arrival.path) && bodyOf(arrival)['stream'] === true) {
    res.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (const status of ['working', 'success']) res.write(`${JSON.stringify({ status })}\n`);
    return void res.end();
  }
  return json(res, 200, { status: 'success', models: [] });
};

const bodyOf = (arrival: Arrival | undefined) =>
  JSON.parse(arrival?.body.toString() || '{}') as Record<string, unknown>;
const client = (key = bed.key) => ollamaClient({ url: bed.url, key });

test('downloads with progress, copies, makes and deletes', async () => {
  const steps: string[] = [];
  for await (const { status } of await client().pull({ model: 'llama3', stream: true })) steps.push(status);
  expect(steps).toEqual(['working', 'success']);
  expect((await client().pull({ model: 'llama3' })).status).toBe('success');
  expect((await client().create({ model: 'mine', from: 'llama3' })).status).toBe('success');
  expect((await client().copy({ source: 'mine', destination: 'yours' })).status).toBe('success');
  expect((await client().push({ model: 'me/mine' })).status).toBe('success');
  expect((await client().delete({ model: 'mine' })).status).toBe('success');
  expect(bed.upstream.journal.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /api/pull',
    'POST /api/pull',
    'POST /api/create',
    'POST /api/copy',
    'POST /api/push',
    'DELETE /api/delete',
  ]);
  expect(bed.rows.map(({ operation, outcome }) => [operation, outcome])).toEqual(
    Array(6).fill(['models:manage', 'ok']),
  );
});

test('is told in a sentence what its key may not do', async () => {
  const { key } = bed.addKey({ name: 'tablet' });
  for (const attempt of [
    client(key).pull({ model: 'llama3' }),
    client(key).delete({ model: 'llama3' }),
    client(key).create({ model: 'mine', from: 'llama3' }),
  ]) {
    await expect(attempt).rejects.toMatchObject({
      name: 'ResponseError',
      status_code: 403,
      message: expect.stringMatching(/"tablet" may not do this: .*the right "models:manage"/),
    });
  }
  expect(bed.upstream.journal).toHaveLength(0);
});

// Patterns of models on real requests: what a key may ask for, what it is shown, and what stands behind an alias.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GatewayUpstream } from '../../../electron/gateway/ports.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import type { UpstreamKind } from '../../../shared/upstream-kinds.ts';
import { json } from '../../fakes/fake-upstream.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

const installed = ['llama3:latest', 'llama3.3:70b', 'phi-4', 'qwen/qwen3-4b'];

let bed: Bed;
async function open(kind: UpstreamKind, models: readonly string[] = installed): Promise<void> {
  bed = await makeBed({ kind });
  bed.upstreams[0] = { ...(bed.upstreams[0] as GatewayUpstream), models: new Set(models) };
}
beforeEach(() => open('ollama'));
afterEach(() => bed.close());

const lists = (models: readonly string[] | null, deniedModels: readonly string[] = []) =>
  bed.changeKey(bed.keyId, { models, policy: { ...usualPolicy, deniedModels: [...deniedModels] } });
const post = (path: string, body: object) => bed.fetch(path, { method: 'POST', body: JSON.stringify(body) });
const chatWith = (model?: string) => post('/v1/chat/completions', { model });
const codeOf = (response: Response) => response.headers.get('x-keyhatch-error');

describe('a key with patterns', () => {
  test('may use what they fit, by every path that names a model', async () => {
    lists(['llama*', 'qwen/*']);
    for (const model of ['llama3', 'llama3:latest', 'llama3.3:70b', 'qwen/qwen3-4b']) {
      expect((await chatWith(model)).status, model).toBe(200);
      expect((await bed.fetch(`/v1/models/${encodeURIComponent(model)}`)).status, model).toBe(200);
      expect((await post('/api/show', { model })).status, model).toBe(200);
    }
    for (const attempt of [
      chatWith('phi-4'),
      chatWith('LLAMA3'),
      post('/v1/messages', { model: 'phi-4' }),
      post('/api/chat', { model: 'phi-4' }),
      post('/api/embed', { model: 'phi-4' }),
      post('/api/show', { model: 'phi-4' }),
      post('/api/show', { name: 'phi-4' }),
      post('/api/show', { model: '', name: 'phi-4' }),
      post('/api/show', { model: 'llama3', name: 'phi-4' }),
      post('/v1/chat/completions', { model: 'llama3', draft_model: 'phi-4' }),
      bed.fetch('/v1/models/phi-4'),
    ]) {
      const response = await attempt;
      expect(codeOf(response)).toBe('model_not_allowed');
      expect(await response.text()).toContain('It may use: llama*, qwen/*');
    }
  });

  test('may not use what is denied, whatever is allowed, and is told what is left', async () => {
    lists(null, ['*:70b', 'phi*']);
    for (const model of ['llama3', 'qwen/qwen3-4b']) expect((await chatWith(model)).status).toBe(200);
    const response = await chatWith('llama3.3:70b');
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('It may use: llama3:latest, qwen/qwen3-4b.');
    lists(['*'], ['phi-4']);
    expect((await chatWith('phi-4')).status).toBe(404);
    expect((await chatWith('llama3')).status).toBe(200);
  });

  test('cannot come at a denied model under another of its names', async () => {
    lists(null, ['llama3']);
    for (const name of ['LLAMA3', 'library/llama3', 'registry.ollama.ai/library/llama3', 'llama3:LATEST']) {
      expect(codeOf(await chatWith(name)), name).toBe('model_not_allowed');
    }
    expect(codeOf(await chatWith(' llama3'))).toBe('body_invalid');
    expect(bed.upstream.journal).toHaveLength(0);
  });

  test('whose lists leave nothing says so', async () => {
    lists(null, ['*']);
    expect(await (await chatWith('llama3')).text()).toContain('It may use: none at the moment');
  });
});

describe('what a key is shown', () => {
  const shown = async (path: string, member: string, idOf: string) => {
    const answer = (await (await bed.fetch(path)).json()) as Record<string, Record<string, string>[]>;
    return answer[member]?.map((item) => item[idOf]);
  };
  test.each([
    ['ollama', '/v1/models', 'data', 'id'],
    ['ollama', '/api/tags', 'models', 'name'],
    ['ollama', '/api/ps', 'models', 'name'],
    ['lmstudio', '/v1/models', 'data', 'id'],
    ['lmstudio', '/api/v0/models', 'data', 'id'],
    ['lmstudio', '/api/v1/models', 'models', 'key'],
  ] as const)('%s %s', async (kind, path, member, idOf) => {
    await bed.close();
    await open(kind);
    bed.upstream.behave = (_arrival, res) =>
      json(res, 200, { [member]: installed.map((id) => ({ [idOf]: id, size: 1 })) });
    expect(await shown(path, member, idOf)).toEqual(installed);
    lists(['llama*', 'phi-4'], ['*:70b']);
    expect(await shown(path, member, idOf)).toEqual(['llama3:latest', 'phi-4']);
  });
});

describe('an alias, or no name at all,', () => {
  test('stands for the only model there is, which is held against the lists and named to the server', async () => {
    await bed.close();
    await open('llamacpp', ['qwen3-4b']);
    lists(['qwen*']);
    for (const [body, sent] of [
      ['{"model":"default","n":1}', '{"model":"qwen3-4b","n":1}'],
      ['{"model": "local-model"}', '{"model": "qwen3-4b"}'],
      ['{"messages":[]}', '{"model":"qwen3-4b","messages":[]}'],
      ['{"model":null}', '{"model":"qwen3-4b"}'],
    ]) {
      const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body: body ?? '' });
      expect(response.status).toBe(200);
      expect(bed.upstream.journal.at(-1)?.body.toString()).toBe(sent);
    }
    lists(['phi*']);
    expect(codeOf(await chatWith('default'))).toBe('model_not_allowed');
  });
  test('is refused where it could stand for several, and passes untouched for keys without lists', async () => {
    lists(['llama*']);
    expect(codeOf(await chatWith('default'))).toBe('model_not_allowed');
    expect(codeOf(await chatWith())).toBe('model_not_allowed');
    lists(null);
    expect((await chatWith('default')).status).toBe(200);
    expect(bed.upstream.journal.at(-1)?.body.toString()).toBe('{"model":"default"}');
  });
});

test('the only model there is needs its right too where no name is said: one that runs elsewhere', async () => {
  await bed.close();
  await open('ollama', ['kimi:cloud']);
  lists(['*']);
  for (const model of [undefined, 'default', 'kimi:cloud'])
    expect(codeOf(await chatWith(model)), model).toBe('operation_not_allowed');
  bed.changeKey(bed.keyId, { policy: { ...usualPolicy, operations: ['chat', 'cloud'] } });
  expect((await chatWith('default')).status).toBe(200);
});

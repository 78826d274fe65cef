// Disguised names: V8's JSON.parse can take a name that is written with escapes for another one, which an earlier body
// held in the same place. Whoever sends both would hide a field from the policy that the model server reads.

import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed({
    key: { models: ['m'], policy: { ...usualPolicy, caps: { ...usualPolicy.caps, maxTokens: 50 } } },
  });
});
beforeEach(() => bed.upstream.journal.splice(0));
afterAll(() => bed.close());

const post = (body: string) => bed.fetch('/v1/chat/completions', { method: 'POST', body });

/** The name with its first letter as an escape, and what V8 may take it for: the beginning of how that is written. */
function disguise(name: string): { readonly written: string; readonly taken: string } {
  const written = `\\u00${name.charCodeAt(0).toString(16)}${name.slice(1)}`;
  return { written, taken: JSON.stringify(written.slice(0, name.length)) };
}

test.each([
  ['the model', 'model', (name: string) => `{"messages":[],${name}:"secret"}`],
  ['a number of tokens', 'max_tokens', (name: string) => `{"model":"m","messages":[],${name}:5000}`],
  ['a tool of the server', 'tools', (name: string) => `{"model":"m","messages":[],${name}:[{"type":"mcp"}]}`],
  [
    'an address to fetch',
    'url',
    (name: string) =>
      `{"model":"m","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"detail":"low",${name}:"http://10.0.0.1/"}}]}]}`,
  ],
])('%s is not hidden by a body that was sent before', async (_what, name, bodyWith) => {
  const { written, taken } = disguise(name);
  await post(bodyWith(taken));
  bed.upstream.journal.splice(0);
  const response = await post(bodyWith(`"${written}"`));
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('as an escape');
  expect(bed.upstream.journal).toEqual([]);
});

test('escapes that encoders do write are taken, in names and in values', async () => {
  const body =
    '{"model":"m","messages":[{"role":"user","content":"\\u0061"}],"metadata":{"gr\\u00f6\\u00dfe":1,"a\\u003cb\\/":2}}';
  expect((await post(body)).status).toBe(200);
  expect(bed.upstream.journal[0]?.body.toString()).toContain('"gr\\u00f6\\u00dfe":1,"a\\u003cb\\/":2');
});

// Tools that a model server would run itself because of what stands in "metadata": they need the right "tools".

import { afterEach, expect, test } from 'vitest';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { type Bed, type BedOptions, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
afterEach(() => bed.close());

async function judged(options: BedOptions, path: string, body: string): Promise<string> {
  bed = await makeBed(options);
  const response = await bed.fetch(path, { method: 'POST', body });
  await response.text();
  const arrived = bed.upstream.journal.length > 0;
  return arrived ? 'arrived' : (response.headers.get('x-keyhatch-error') ?? 'nothing said');
}

const localai: BedOptions = { kind: 'localai' };
const withTools: BedOptions = {
  ...localai,
  key: { policy: { ...usualPolicy, operations: [...usualPolicy.operations, 'tools'] } },
};

test.each([
  { mcp_servers: 'x' },
  { mcp_prompt: 'x' },
  { mcp_resources: 'file:///x' },
  { MCP_Servers: 'x' },
  { localai_assistant: 'true' },
])('metadata %j needs the right to tools', async (metadata) => {
  expect(await judged(localai, '/v1/chat/completions', chat({ metadata }))).toBe('operation_not_allowed');
});

test('metadata that could be read in two ways is refused', async () => {
  const twice = '{"model":"m","messages":[],"metadata":{"mcp_servers":"x"},"metadata":{}}';
  expect(await judged(localai, '/v1/chat/completions', twice)).toBe('body_invalid');
});

test('other metadata passes', async () => {
  const body = chat({ metadata: { user_id: 'mcp_servers', topic: 'mcp' } });
  expect(await judged(localai, '/v1/chat/completions', body)).toBe('arrived');
});

test('with the right it passes', async () => {
  expect(await judged(withTools, '/v1/chat/completions', chat({ metadata: { mcp_servers: 'x' } }))).toBe('arrived');
});

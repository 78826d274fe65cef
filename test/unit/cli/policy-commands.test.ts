// What a key may do, on the command line: the flags that say it, what is shown of it, and `keyhatch policy test`.

import { describe, expect, test } from 'vitest';
import { operationPresets, usualPolicy } from '../../../shared/key-policy.ts';
import { keyhatch } from './captured-cli.ts';
import { day, laptop, now } from './fake-instance.ts';

async function created(...flags: string[]): Promise<unknown> {
  const { code, err, calls } = await keyhatch(['keys', 'create', '--name', 'n', ...flags]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  return calls.find(({ path }) => path === 'keys.create')?.input;
}

describe('flags', () => {
  test.each([
    ['chat,embeddings', ['chat', 'embeddings']],
    ['inference', operationPresets.inference],
    ['read-only', operationPresets['read-only']],
    ['full', operationPresets.full],
    ['inference,cloud,chat', [...operationPresets.inference, 'cloud']],
    ['none', []],
  ])('--operations %s', async (text, operations) => {
    expect(await created('--operations', text)).toEqual({ name: 'n', policy: { operations } });
  });

  test('everything else that a policy holds', async () => {
    const flags =
      '--deny *-cloud,*:70b --networks my-network,203.0.113.0/24 --max-tokens 2000 --max-context 8192 --max-choices 1 --max-inputs 64 --max-keep-alive 10m';
    expect(await created(...flags.split(' '))).toEqual({
      name: 'n',
      policy: {
        deniedModels: ['*-cloud', '*:70b'],
        networks: ['my-network', '203.0.113.0/24'],
        caps: { maxTokens: 2000, contextTokens: 8192, choices: 1, inputs: 64, keepAliveSeconds: 600 },
      },
    });
  });

  test('none and anywhere lift what was set', async () => {
    const { calls } = await keyhatch('keys edit laptop --deny none --networks anywhere --max-tokens none'.split(' '));
    expect(calls.find(({ path }) => path === 'keys.edit')?.input).toEqual({
      ref: 'laptop',
      policy: { deniedModels: [], networks: null, caps: { maxTokens: null } },
    });
  });

  test('--admin makes a key of the other kind', async () => {
    expect(await created('--admin', '--expires', '30d')).toEqual({
      name: 'n',
      kind: 'admin',
      expiresAt: now + 30 * day,
    });
  });

  test.each([
    ['--operations', 'chatt', 'Did you mean "chat"?'],
    ['--operations', ',', 'words with commas'],
    ['--networks', '192.168.1.7/24', 'bits beyond its /24'],
    ['--networks', 'lan', 'is not an address'],
    ['--max-tokens', '0', 'from 1 to'],
    ['--max-keep-alive', 'long', 'a duration'],
  ])('%s %s is refused before anything is reached', async (flag, value, says) => {
    const { code, err, reached } = await keyhatch(['keys', 'create', '--name', 'n', flag, value]);
    expect({ code, reached }).toEqual({ code: 2, reached: [] });
    expect(err).toContain(says);
  });
});

test('keys show tells rights, networks, models, caps and what they mean', async () => {
  const policy = {
    ...usualPolicy,
    operations: [...operationPresets.full],
    deniedModels: ['*:70b'],
    networks: ['my-network'],
    caps: { ...usualPolicy.caps, maxTokens: 2000 },
  };
  const { out } = await keyhatch(['keys', 'show', 'laptop'], { stubs: { keys: [{ ...laptop, policy }] } });
  expect(out).toMatch(/^ {2}Rights {5}full$/m);
  expect(out).toMatch(/^ {2}Networks {3}my-network$/m);
  expect(out).toMatch(/^ {2}Models {5}all but \*:70b$/m);
  expect(out).toMatch(/^ {2}Caps {7}at most 2,000 tokens of answer$/m);
  expect(out).toMatch(/Means .*download, load, create and delete models on this computer/);
});

test('keys list and show know admin keys from others', async () => {
  const stubs = { keys: [{ ...laptop, kind: 'admin' as const }] };
  expect((await keyhatch(['keys', 'list'], { stubs })).out).toMatch(/manage Keyhatch +–/);
  const { out } = await keyhatch(['keys', 'show', 'laptop'], { stubs });
  expect(out).toContain('manages Keyhatch itself');
  expect(out).not.toContain('Limits');
});

describe('policy test', () => {
  test('asks what it is told and shows every stage', async () => {
    const argv = 'policy test --key laptop --model phi-4 --operation embeddings --from 192.168.1.7'.split(' ');
    const { code, out, calls } = await keyhatch(argv);
    expect(code).toBe(0);
    expect(calls.map(({ input }) => input)).toEqual([
      { key: 'laptop', model: 'phi-4', operation: 'embeddings', from: '192.168.1.7' },
    ]);
    expect(out).toContain('This request would pass.');
    expect(out).toMatch(/^status +pass +The key is active\.$/m);
    expect(out).toContain('“laptop” may use models');
  });
  test('names the stage that decides', async () => {
    const { out } = await keyhatch(['policy', 'test', '--key', 'phone']);
    expect(out).toContain('would be refused by the stage "status"');
    expect(out).toContain('key_paused: The API key "phone" is paused.');
  });
  test.each([
    [[], 'Say which key'],
    [['--key', 'laptop', '--operation', 'fly'], '--operation is one of'],
  ])('%j is refused', async (argv, says) => {
    expect((await keyhatch(['policy', 'test', ...argv])).err).toContain(says);
  });
});

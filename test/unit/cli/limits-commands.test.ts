// Limits on the command line: flags of keys, `limits show`, `keys top-up` and places of a model server.

import { describe, expect, test } from 'vitest';
import { parseBudget } from '../../../electron/cli/commands/limit-flags.ts';
import { keyhatch } from './captured-cli.ts';
import { hour, laptop, now, studio } from './fake-instance.ts';

const inputOf = ({ calls }: Awaited<ReturnType<typeof keyhatch>>, path: string) =>
  calls.find((call) => call.path === path)?.input;

test('every limit is passed on, budgets one by one', async () => {
  const flags = '--rph 100 --tpm 5000 --priority low --budget day:1000tokens:soft=50 --budget month:2.5EUR:strict';
  const made = await keyhatch(`keys create --name n ${flags}`.split(' '));
  expect(inputOf(made, 'keys.create')).toEqual({
    name: 'n',
    policy: {
      rph: 100,
      tpm: 5000,
      priority: 'low',
      budgets: [
        { period: 'day', tokens: 1000, cost: null, soft: 0.5, strict: false },
        { period: 'month', tokens: null, cost: { currency: 'EUR', micros: 2_500_000 }, soft: 0.8, strict: true },
      ],
    },
  });
});

test('none lifts a limit and takes budgets away', async () => {
  const edited = await keyhatch(`keys edit laptop --rph none --tpm none --budget none`.split(' '));
  expect(inputOf(edited, 'keys.edit')).toEqual({ ref: 'laptop', policy: { rph: null, tpm: null, budgets: [] } });
});

describe('a budget', () => {
  test.each([
    'day',
    'year:100tokens',
    'day:tokens',
    'day:100',
    'day:-5tokens',
    'month:5eur',
    'day:100tokens:loose',
    'day:100tokens:soft=120',
  ])('that is spelled %s is refused with a sentence', (text) => {
    expect(() => parseBudget(text)).toThrow(/^--budget /);
  });

  test('may be a single token', () => {
    expect(parseBudget('total:1token')).toMatchObject({ period: 'total', tokens: 1 });
  });
});

test('limits show says what is used and left', async () => {
  const { code, out, calls } = await keyhatch(['limits', 'show', 'laptop']);
  expect(code).toBe(0);
  expect(calls).toContainEqual({ path: 'limits.get', input: { ref: 'laptop' } });
  expect(out).toMatch(/LIMIT +USED +OF +LEFT +ANEW/);
  expect(out).toMatch(/requests a minute +4 +60 +56/);
  expect(out).toContain('Place in line: normal.');
});

test('keys top-up adds to a budget for a while', async () => {
  const topped = await keyhatch(['keys', 'top-up', laptop.name, '--budget', 'day:500tokens', '--for', '3h']);
  expect(topped.code).toBe(0);
  expect(inputOf(topped, 'keys.topUp')).toEqual({
    ref: laptop.name,
    add: { period: 'day', tokens: 500, cost: null, endsAt: now + 3 * hour },
  });
  expect(topped.out).toContain('has 500 tokens a day more, which ends');
  expect((await keyhatch(['keys', 'top-up', 'laptop'])).code).toBe(2);
});

test.each([
  ['2', 2],
  ['none', null],
  ['auto', 'auto'],
])('upstreams edit --parallel %s', async (text, parallel) => {
  const edited = await keyhatch(['upstreams', 'edit', studio.id, '--parallel', text]);
  expect(inputOf(edited, 'upstreams.edit')).toEqual({ ref: studio.id, parallel });
  expect(edited.out).toContain('2 of 4');
});

// Which names a pattern fits, held against the plainest way to find out.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileModelLists, compilePatterns } from '../../../shared/model-patterns.ts';

const fits = (pattern: string, model: string) => compilePatterns([pattern])(model);

describe('a pattern', () => {
  test.each([
    ['llama3', 'llama3', true],
    ['llama3', 'llama3:latest', true],
    ['llama3:latest', 'llama3', true],
    ['llama3', 'llama3:8b', false],
    ['llama3', 'Llama3', false],
    ['llama3*', 'llama3', true],
    ['llama3*', 'llama3.2:3b', true],
    ['llama3:*', 'llama3', true],
    ['llama3:*', 'llama3:70b', true],
    ['llama3:*', 'llama3.2', false],
    ['*', '', true],
    ['*', 'anything/at:all', true],
    ['qwen/*', 'qwen/qwen3-4b', true],
    ['qwen/*', 'other/qwen/qwen3', false],
    ['*-cloud', 'gpt-oss:120b-cloud', true],
    ['a*b*a', 'aba', true],
    ['a*a', 'a', false],
    ['a*b*b', 'ab', false],
    ['phi.4', 'phi-4', false],
    ['a+b', 'a+b', true],
    ['hf.co/*:latest', 'hf.co/one/two', true],
    ['host:5000/m', 'host:5000/m:latest', true],
  ])('%j and %j: %s', (pattern, model, expected) => {
    expect(fits(pattern, model)).toBe(expected);
  });
});

/** Tries every way to spread the name over the pattern. */
function bruteFits(pattern: string, name: string): boolean {
  if (pattern === '') return name === '';
  if (pattern[0] !== '*') return pattern[0] === name[0] && name !== '' && bruteFits(pattern.slice(1), name.slice(1));
  for (let taken = 0; taken <= name.length; taken += 1) {
    if (bruteFits(pattern.slice(1), name.slice(taken))) return true;
  }
  return false;
}

test('fits what the plainest way says, for all names and patterns', () => {
  const letters = (max: number) => fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: max });
  const name = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 });
  fc.assert(
    fc.property(letters(8), name, (pattern, model) => {
      // No tag on either side, and both spellings of the name count.
      const expected = bruteFits(pattern, model) || bruteFits(pattern, `${model}:latest`);
      expect(fits(pattern, model)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});

test('no pattern makes a long name expensive: trying every way would outlast the universe', () => {
  expect(fits(`${'a*'.repeat(99)}b*`, 'a'.repeat(390))).toBe(false);
  expect(fits(`*${'a*'.repeat(99)}`, `${'ab'.repeat(190)}`)).toBe(true);
});

test('a name that no model has fits nothing', () => {
  expect(fits('*', 'a'.repeat(401))).toBe(false);
});

test('what is denied stays denied, whatever is allowed', () => {
  const may = compileModelLists(['llama*', 'phi-4'], ['llama3.3*', '*-cloud']);
  expect(['llama3', 'phi-4'].filter(may)).toHaveLength(2);
  expect(['llama3.3:70b', 'llama4-cloud', 'qwen'].filter(may)).toEqual([]);
  expect(compileModelLists(null, [])('anything')).toBe(true);
});

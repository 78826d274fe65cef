// SECURITY.md and the tests: every test that the threat model names is there, and every test of an attack is named in it, so
// that neither can promise what the other does not hold.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(join(root, 'SECURITY.md'), 'utf8');

const testFiles = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => /\.(?:test|spec)\.ts$/.test(file))
  .map((file) => file.replace(/\.(?:test|spec)\.ts$/, ''));

/** Names in backticks in the last column of the page's tables of attackers. */
const named = [...page.matchAll(/^\|.*\| ([^|]*) \|$/gm)]
  .flatMap(([, cell = '']) => [...cell.matchAll(/`([\w/.-]+)`/g)])
  .map(([, name = '']) => name);

test('every test that the threat model names is there, once', () => {
  expect(named.length).toBeGreaterThan(40);
  const places = [...new Set(named)].map((name) => ({
    name,
    files: testFiles.filter((file) => file === name || file.endsWith(`/${name}`)).length,
  }));
  expect(places.filter(({ files }) => files !== 1)).toEqual([]);
});

test('every test of an attack stands in the threat model', () => {
  const attacks = testFiles
    .filter((file) => file.startsWith('integration/attacks/'))
    .map((file) => file.replace('integration/attacks/', ''));
  expect(attacks.length).toBeGreaterThan(10);
  expect(attacks.filter((name) => !named.includes(name))).toEqual([]);
});

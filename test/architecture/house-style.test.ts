// What a reader may rely on in every file: a unique kebab-case name, an opening that says what it owns, nothing at import.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const sources = ['shared', 'electron', 'bench'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name))),
);

test('file names are kebab-case and unique', () => {
  const names = sources.map((file) => basename(file, '.ts'));
  expect(names.filter((name) => !/^[0-9a-z]+(-[0-9a-z]+)*$/.test(name))).toEqual([]);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test('names carry no Manager, Util, Helper or Service', () => {
  expect(sources.filter((file) => /manager|util|helper|service/i.test(basename(file)))).toEqual([]);
});

test('each file opens by saying what it owns', () => {
  const silent = sources.filter((file) => !/^(#!.*\n)?\/\/ \S/.test(readFileSync(join(root, file), 'utf8')));
  expect(silent).toEqual([]);
});

test('files stay readable: none over 300 lines', () => {
  const long = sources.filter(
    (file) => file !== join('shared', 'errors.ts') && readFileSync(join(root, file), 'utf8').split('\n').length > 301,
  );
  expect(long).toEqual([]);
});

test('product code knows nothing of tests', () => {
  const knowing = sources.filter(
    (file) => !file.startsWith('bench') && /from '[^']*\/test\//.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(knowing).toEqual([]);
});

// Code, catalogue and documentation name the same errors: thrown but not listed, listed but not documented, or the
// reverse, fails.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { errorCatalogue, KeyhatchError } from '../../shared/errors.ts';

const root = resolve(import.meta.dirname, '../..');
const codes = Object.keys(errorCatalogue);

const sources = ['electron', 'shared'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'errors.ts')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8')),
);

test('every code in the catalogue is used', () => {
  const text = sources.join('\n');
  expect(codes.filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});

test('every code that is thrown is in the catalogue', () => {
  const thrown = sources.flatMap((text) =>
    [...text.matchAll(/new KeyhatchError\(\s*'(\w+)'/g)].map(([, code]) => code ?? ''),
  );
  expect(thrown.length).toBeGreaterThan(40);
  expect(thrown.filter((code) => !codes.includes(code))).toEqual([]);
});

test('docs/errors.md has a row for every code, with its status and text, and for nothing else', () => {
  const page = readFileSync(join(root, 'docs/errors.md'), 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\d{3}) \| (yes|no) \| (.+?) \|$/gm)].map(
    ([, code, status, retry, message]) => ({
      code,
      status: Number(status),
      retry: retry === 'yes',
      message: message?.replaceAll('\\|', '|'),
    }),
  );
  const expected = Object.entries(errorCatalogue).map(([code, { status, retry, message }]) => ({
    code,
    status,
    retry,
    message,
  }));
  expect(rows).toEqual(expected);
});

test('a message fills its details in, and says what to do in one or two sentences', () => {
  const error = new KeyhatchError('host_not_allowed', { details: { host: 'evil.example' } });
  expect(error.message).toContain('"evil.example"');
  for (const [code, { message }] of Object.entries(errorCatalogue)) {
    expect(message.length, code).toBeLessThanOrEqual(220);
  }
});

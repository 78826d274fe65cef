// A new key's secret is held by one component of the window and by nothing that outlives it. The query library keeps what
// a mutation or a query answers, so the two calls that answer with a secret must go past it.

import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const renderer = resolve(import.meta.dirname, '../../renderer');
const sources = readdirSync(renderer, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const textOf = (file: string): string => readFileSync(file, 'utf8');

test('calls that answer with a secret are made by the client itself', () => {
  const callers = sources.filter((file) => /client\.keys\.(create|rotate)\(/.test(textOf(file)));
  expect(callers.length).toBeGreaterThan(0);
  const cached = sources.filter((file) => /keys\.(create|rotate)\.(mutation|query|call)/.test(textOf(file)));
  expect(cached).toEqual([]);
});

test('links, authenticators and recovery codes are asked for by the client itself', () => {
  const telling = 'people\\.(?:invite|resetPassword)|me\\.(?:beginTotp|confirmTotp|newRecoveryCodes|setPassword)';
  const callers = sources.filter((file) =>
    new RegExp(`client\\s*\\.(?:${telling})\\(`).test(textOf(file).replaceAll(/\s+\./g, '.')),
  );
  expect(callers.length).toBeGreaterThan(3);
  const cached = sources.filter((file) => new RegExp(`(?:${telling})\\.(?:mutation|query|call)`).test(textOf(file)));
  expect(cached).toEqual([]);
  // What asks for them forgets the answer with its dialog.
  for (const file of callers) expect(textOf(file)).toContain('gcTime: 0');
});

test('what is asked with a credential is forgotten with its dialog', () => {
  const adding = sources
    .map(textOf)
    .filter((text) => /upstreams\.add\.mutationOptions/.test(text) && /credential/.test(text));
  expect(adding.length).toBeGreaterThan(0);
  for (const text of adding) expect(text).toContain('gcTime: 0');
});

test('nothing in the window stores but the session and the looks', () => {
  const storing = sources.filter((file) => /\b(localStorage|sessionStorage|indexedDB)\b/.test(textOf(file)));
  expect(storing.map((file) => file.slice(renderer.length + 1).replaceAll('\\', '/'))).toEqual([
    'api/http-transport.ts',
  ]);
});

// What looks like a credential leaves a text, wherever it stands and whatever is around it, and the rest stays.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { redact } from '../../../electron/lib/redact.ts';
import { makeKey } from '../../../shared/key-format.ts';

const before = fc.constantFrom(' ', '"', "'", '(', ': ', '\n', '=', ',');
/** No `=`, which may be the end of one. */
const after = fc.constantFrom(' ', '"', "'", ')', '\n', ',', '. ');
const letters = fc.string({ unit: fc.constantFrom(...'abcdefghijkLMNOPQRST0123456789'), minLength: 24, maxLength: 60 });

const shapes: readonly (readonly [string, (body: string) => string])[] = [
  ['OpenAI', (body) => `sk-proj-${body}`],
  ['Anthropic', (body) => `sk-ant-api03-${body}`],
  ['Stripe', (body) => `rk_live_${body}`],
  ['Groq', (body) => `gsk_${body}`],
  ['Hugging Face', (body) => `hf_${body}`],
  ['GitHub', (body) => `ghp_${body}`],
  ['Google', (body) => `AIza${body}`],
  ['a signed token', (body) => `eyJ${body}.${body}.${body}`],
  ['Bearer', (body) => `Bearer ${body}`],
];

test.each(shapes)('a credential of %s', (_name, make) => {
  fc.assert(
    fc.property(before, letters, after, (left, body, right) => {
      const clean = redact(`refused${left}${make(body)}${right}here`);
      expect(clean).not.toContain(body.slice(0, 12));
      expect(clean).toMatch(/^refused[\s\S]*here$/);
    }),
  );
});

test('a key of ours, but for its public id', () => {
  const { id, key } = makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh');
  expect(redact(`unknown key ${key}.`)).toBe(`unknown key kh_${id}_….`);
});

test('a secret that is known, whatever its shape, and each time it occurs', () => {
  expect(redact('no hunter22 for hunter22', ['hunter22', undefined])).toBe('no … for …');
});

test('ordinary words stay', () => {
  const text = 'The model "gpt-oss:20b" needs 12 GB; task-list sk-1 is short, and ask-me-anything-now is a name.';
  expect(redact(text)).toBe(text);
});

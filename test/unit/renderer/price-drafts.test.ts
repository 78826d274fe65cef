// The price table while it is typed: what is kept of it, and when.

import { expect, test } from 'vitest';
import { draftOf, emptyDraft, keptPrices, readDraft, typed } from '../../../renderer/features/prices/price-drafts.ts';
import { examplePrices } from '../../../shared/prices.ts';

const [example = undefined] = examplePrices;
if (!example) throw new Error('there are no examples');

test('a row that nobody typed in is as it was', () => {
  const drafts = examplePrices.map(draftOf);
  expect(drafts.map((draft) => readDraft(draft).price)).toEqual(examplePrices);
  expect(keptPrices(drafts)).toEqual(examplePrices);
});

test('numbers may be typed with a comma, currencies in small letters, and no cached price', () => {
  let draft = emptyDraft(1, 'usd');
  draft = typed(typed(typed(draft, 'pattern', ' qwen* '), 'input', '0,25'), 'output', '.5');
  expect(readDraft(draft)).toEqual({
    price: { pattern: 'qwen*', currency: 'USD', input: 0.25, cachedInput: null, output: 0.5, note: null },
    wrong: [],
  });
});

test('what is not right is named, and what was kept before stays', () => {
  const draft = typed(typed(draftOf(example, 1), 'input', 'a lot'), 'currency', 'dollars');
  expect(readDraft(draft).wrong).toEqual(['currency', 'input']);
  expect(readDraft(typed(draft, 'output', '-1')).wrong).toEqual(['currency', 'input', 'output']);
  expect(readDraft(typed(draft, 'output', '0.0000001')).wrong).toContain('output');
  expect(keptPrices([draft, emptyDraft(2, 'USD')])).toEqual([example]);
});

test('a price that was changed is no longer the example', () => {
  expect(readDraft(typed(draftOf(example, 1), 'input', '9')).price?.note).toBeNull();
  expect(readDraft(typed(draftOf(example, 1), 'pattern', 'mine*')).price?.note).toBe(example.note);
});

// The price table while it is edited: rows as they are typed, each with what of it was last right. What is being typed is
// not kept until it is whole, and a row that is not right yet changes nothing. Pure.

import { type ModelPrice, modelPrice } from '../../../shared/prices.ts';

export const priceFields = ['pattern', 'currency', 'input', 'cachedInput', 'output'] as const;
export type PriceField = (typeof priceFields)[number];

export type PriceDraft = {
  readonly id: number;
  readonly shown: Readonly<Record<PriceField, string>>;
  readonly note: string | null;
  /** Undefined: it has never been right. */
  readonly kept: ModelPrice | undefined;
};

export function draftOf(price: ModelPrice, id: number): PriceDraft {
  const { pattern, currency, input, cachedInput, output, note } = price;
  const shown = {
    pattern,
    currency,
    input: String(input),
    cachedInput: cachedInput === null ? '' : String(cachedInput),
    output: String(output),
  };
  return { id, shown, note, kept: price };
}

export function emptyDraft(id: number, currency: string): PriceDraft {
  return { id, shown: { pattern: '', currency, input: '', cachedInput: '', output: '' }, note: null, kept: undefined };
}

/** With one field typed anew. A note says where numbers are from, so it goes with them. */
export function typed(draft: PriceDraft, field: PriceField, text: string): PriceDraft {
  const note = field === 'pattern' || draft.shown[field] === text ? draft.note : null;
  return { ...draft, note, shown: { ...draft.shown, [field]: text } };
}

/** The row as it would be kept, or the fields that are not right. */
export function readDraft({ shown, note }: PriceDraft): {
  readonly price?: ModelPrice;
  readonly wrong: readonly PriceField[];
} {
  const parsed = modelPrice.safeParse({
    pattern: shown.pattern,
    currency: shown.currency.trim().toUpperCase(),
    input: decimal(shown.input),
    cachedInput: shown.cachedInput.trim() === '' ? null : decimal(shown.cachedInput),
    output: decimal(shown.output),
    note,
  });
  if (parsed.success) return { price: parsed.data, wrong: [] };
  const wrong = new Set(parsed.error.issues.map(({ path }) => path[0]));
  return { wrong: priceFields.filter((field) => wrong.has(field)) };
}

/** What is kept of all rows, in order. */
export function keptPrices(drafts: readonly PriceDraft[]): ModelPrice[] {
  return drafts.flatMap(({ kept }) => (kept === undefined ? [] : [kept]));
}

// With a comma, too, as many people write it.
function decimal(text: string): number {
  const plain = text.trim().replace(',', '.');
  return /^\d+(\.\d*)?$|^\.\d+$/.test(plain) ? Number(plain) : Number.NaN;
}

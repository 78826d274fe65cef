// The price table on screen and how it is changed: typing is kept when a field is left, everything else at once.

import { useRef, useState } from 'react';
import type { ModelPrice } from '../../../shared/prices.ts';
import { useChangeSetting } from '../../api/settings-access.ts';
import { draftOf, emptyDraft, keptPrices, type PriceDraft, type PriceField, readDraft, typed } from './price-drafts.ts';

export function usePriceTable(prices: readonly ModelPrice[]) {
  const { change } = useChangeSetting();
  // Ids of this dialog alone: rows have no names of their own, and two may have the same pattern.
  const nextId = useRef(prices.length);
  const [drafts, setDrafts] = useState<readonly PriceDraft[]>(() => prices.map(draftOf));
  const [removed, setRemoved] = useState<{ readonly draft: PriceDraft; readonly at: number }>();

  function keep(next: readonly PriceDraft[]): void {
    const before = JSON.stringify(keptPrices(drafts));
    setDrafts(next);
    const value = keptPrices(next);
    // What is not taken has been said; the rows stay as they were typed.
    if (JSON.stringify(value) !== before) void change({ name: 'usage.prices', value }).catch(() => {});
  }

  function newId(): number {
    nextId.current += 1;
    return nextId.current;
  }

  return {
    drafts,
    removed: removed?.draft,
    type: (id: number, field: PriceField, text: string) =>
      setDrafts(drafts.map((draft) => (draft.id === id ? typed(draft, field, text) : draft))),
    commit() {
      keep(
        drafts.map((draft) => {
          const { price } = readDraft(draft);
          return price === undefined ? draft : { ...draft, kept: price };
        }),
      );
    },
    // Last, as the first that fits counts: it takes nothing away from the others.
    add: () => setDrafts([...drafts, emptyDraft(newId(), drafts.at(-1)?.shown.currency ?? 'USD')]),
    remove(id: number) {
      const at = drafts.findIndex((draft) => draft.id === id);
      const draft = drafts[at];
      if (!draft) return;
      setRemoved({ draft, at });
      keep(drafts.filter((one) => one.id !== id));
    },
    undo() {
      if (removed) keep([...drafts.slice(0, removed.at), removed.draft, ...drafts.slice(removed.at)]);
      setRemoved(undefined);
    },
    move(id: number, by: -1 | 1) {
      const at = drafts.findIndex((draft) => draft.id === id);
      const [one, other] = [drafts[at], drafts[at + by]];
      if (!one || !other) return;
      keep(drafts.map((draft) => (draft === one ? other : draft === other ? one : draft)));
    },
  };
}

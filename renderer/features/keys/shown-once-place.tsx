// Where a new key is shown, above the pages: going back or to another page must not take it away before it was stored.
// The secret is held here, in this component's state, until its dialog closes. Whoever shows a key brings the dialog along,
// which therefore is there before there is a key, and is no part of the first screen.

import { type ComponentType, createContext, type ReactNode, useContext, useState } from 'react';
import type { CreatedKey } from '../../../shared/model.ts';

type Shown = {
  readonly created: CreatedKey;
  readonly Dialog: ComponentType<{ readonly created: CreatedKey; readonly onClose: () => void }>;
};
type Show = (shown: Shown) => void;

const ShowContext = createContext<Show | undefined>(undefined);

/** Shows a key that was just made or rotated. */
export function useShowOnce(): Show {
  const show = useContext(ShowContext);
  if (!show) throw new Error('useShowOnce outside of ShownOncePlace');
  return show;
}

export function ShownOncePlace({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<Shown>();
  return (
    <ShowContext value={setShown}>
      {children}
      {shown && <shown.Dialog created={shown.created} onClose={() => setShown(undefined)} />}
    </ShowContext>
  );
}

// Where a new key is shown, above the pages: going back or to another page must not take it away before it was stored.
// The secret is held here, in this component's state, until its dialog closes.

import { createContext, type ReactNode, useContext, useState } from 'react';
import type { CreatedKey } from '../../../shared/model.ts';
import { ShownOnce } from './shown-once.tsx';

type Show = (created: CreatedKey) => void;

const ShowContext = createContext<Show | undefined>(undefined);

/** Shows a key that was just made or rotated. */
export function useShowOnce(): Show {
  const show = useContext(ShowContext);
  if (!show) throw new Error('useShowOnce outside of ShownOncePlace');
  return show;
}

export function ShownOncePlace({ children }: { readonly children: ReactNode }) {
  const [created, setCreated] = useState<CreatedKey>();
  return (
    <ShowContext value={setCreated}>
      {children}
      {created && <ShownOnce created={created} onClose={() => setCreated(undefined)} />}
    </ShowContext>
  );
}

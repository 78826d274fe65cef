// Parts of the pages that are fetched after the first screen. One that was fetched before it is shown appears at once, without
// the moment that a lazy part waits for even then; `useFetchLater` sees to that.

import { type ComponentType, lazy, useEffect, useState } from 'react';

export type Later<Props> = ComponentType<Props> & Fetched;
type Fetched = { readonly fetch: () => Promise<unknown> };

export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  let fetched: ComponentType<Props> | undefined;
  const fetch = async () => {
    fetched = await load();
    return { default: fetched };
  };
  const Waiting = lazy(fetch);
  function Part(props: Props) {
    // For as long as it is shown: another component in its place would begin anew.
    const [Shown] = useState(() => fetched ?? Waiting);
    return <Shown {...props} />;
  }
  return Object.assign(Part, { fetch });
}

/** Fetches parts once the browser has nothing better to do. What cannot be had now is asked for again when it is shown. */
export function useFetchLater(part: Fetched): void {
  useEffect(() => {
    const fetch = () => void part.fetch().catch(() => {});
    // Safari has no word for being idle.
    if (!('requestIdleCallback' in window)) {
      const timer = setTimeout(fetch, 500);
      return () => clearTimeout(timer);
    }
    const idle = window.requestIdleCallback(fetch, { timeout: 2_000 });
    return () => window.cancelIdleCallback(idle);
  }, [part]);
}

// Which page an address shows. The address of a link that signs in shows none: the page of before stays under the sign-in, so
// that whoever signs in anew is back where they were, with what was typed.

import { createContext, type ReactNode, useContext, useMemo, useRef } from 'react';
import { Router } from 'wouter';
import { useHashLocation } from '../../api/hash-location.ts';

const signInPath = /^\/(sign-in|invite)(\/|$)/;
const HeldPage = createContext('/');

/** The page that is shown, or would be if the sign-in did not cover it. */
export function useHeldPage(): string {
  return useContext(HeldPage);
}

export function PageRouter({ children }: { readonly children: ReactNode }) {
  const [location, go] = useHashLocation();
  const last = useRef('/');
  if (!signInPath.test(location)) last.current = location;
  const shown = last.current;
  const hook = useMemo(
    () =>
      Object.assign((): [string, typeof go] => [shown, go], {
        hrefs: useHashLocation.hrefs,
        searchHook: useHashLocation.searchHook,
      }),
    [shown, go],
  );
  return (
    <HeldPage value={shown}>
      <Router hook={hook}>{children}</Router>
    </HeldPage>
  );
}

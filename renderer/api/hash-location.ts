// Where we are, read from the address's fragment, with what is asked there behind a question mark:
// `#/requests?key=7Fq2mZ9a`. wouter's own hook would put that before the fragment, where a reload sends it to the server.

import { useSyncExternalStore } from 'react';

type Options = { readonly state?: unknown; readonly replace?: boolean };

const whole = () => `/${window.location.hash.replace(/^#?\/?/, '')}`;
const path = () => whole().split('?', 1)[0] ?? '/';
const search = () => whole().slice(path().length + 1);

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

function navigate(to: string, { state = null, replace = false }: Options = {}): void {
  const oldURL = window.location.href;
  const url = new URL(oldURL);
  url.hash = `/${to.replace(/^#?\/?/, '')}`;
  window.history[replace ? 'replaceState' : 'pushState'](state, '', url);
  window.dispatchEvent(new HashChangeEvent('hashchange', { oldURL, newURL: url.href }));
}

function usePath(): [string, typeof navigate] {
  return [useSyncExternalStore(subscribe, path), navigate];
}

/** For wouter's `Router`: its `useLocation` then gives the path alone, and `useSearchParams` what is asked. */
export const useHashLocation = Object.assign(usePath, {
  hrefs: (to: string) => `#${to}`,
  searchHook: () => useSyncExternalStore(subscribe, search),
});

// What covers the pages, if anything does: no session, an authenticator that is owed, or a link that somebody opened.

import { useApi, useLiveState, useSessionState } from '../../api/api-context.tsx';
import { useHashLocation } from '../../api/hash-location.ts';

export type Cover =
  | { readonly kind: 'sign-in'; readonly token: string | undefined }
  | { readonly kind: 'invite'; readonly token: string }
  | { readonly kind: 'authenticator' };

const linkPath = /^\/(sign-in|invite)\/([A-Za-z0-9_-]{20,200})$/;

export function useCover(): Cover | undefined {
  const { host } = useApi();
  const state = useSessionState();
  const { kind, token } = useLink();
  if (host === 'window') return undefined;
  // Whoever follows one while signed in is asked whether they mean it.
  if (token !== undefined && kind === 'invite') return { kind, token };
  if (state === 'needed') return { kind: 'sign-in', token };
  return state === 'owing' ? { kind: 'authenticator' } : undefined;
}

/** A sign-in link that has no use here, because this browser is signed in; it stays good for another one. */
export function useSpareLink(): boolean {
  const state = useSessionState();
  // What this browser keeps of a session may be of one that is over, so that only an answer tells.
  const live = useLiveState() === 'live';
  return useLink().kind === 'sign-in' && state === 'open' && live;
}

function useLink(): { readonly kind?: string | undefined; readonly token?: string | undefined } {
  const [location] = useHashLocation();
  const [, kind, token] = linkPath.exec(location) ?? [];
  return { kind, token };
}

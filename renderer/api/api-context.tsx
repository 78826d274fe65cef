// What every page may use to reach Keyhatch, handed down from main.tsx.

import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { RequestView } from '../../shared/usage-model.ts';
import type { Calls } from './calls.ts';
import type { Client } from './ipc-transport.ts';
import { type Live, type LiveState, tailKey } from './live.ts';
import type { Session } from './session.ts';

export type Api = {
  readonly client: Client;
  readonly calls: Calls;
  readonly session: Session;
  readonly live: Live;
  /** `window`: in the desktop app; `browser`: on the dashboard. */
  readonly host: 'window' | 'browser';
};

const ApiContext = createContext<Api | undefined>(undefined);

export function ApiProvider({ api, children }: { readonly api: Api; readonly children: ReactNode }) {
  return <ApiContext value={api}>{children}</ApiContext>;
}

export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error('useApi outside of ApiProvider');
  return api;
}

export function useCalls(): Calls {
  return useApi().calls;
}

export function useSessionNeeded(): boolean {
  const { session } = useApi();
  return useSyncExternalStore(session.subscribe, session.needed);
}

export function useLiveState(): LiveState {
  const { live } = useApi();
  return useSyncExternalStore(live.subscribe, live.state);
}

export function useStatus() {
  return useQuery(useCalls().status.get.queryOptions());
}

export function useKeys() {
  return useQuery(useCalls().keys.list.queryOptions());
}

export function useProjects() {
  return useQuery(useCalls().projects.list.queryOptions());
}

/** The newest requests that ended since the page was opened, newest first. */
export function useTail(): readonly RequestView[] {
  return useQuery<RequestView[]>({ queryKey: tailKey, enabled: false, initialData: [] }).data;
}

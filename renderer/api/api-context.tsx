// What every page may use to reach Keyhatch, handed down from main.tsx.

import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useSyncExternalStore } from 'react';
import type { RunningRequest } from '../../shared/running-model.ts';
import type { RequestView } from '../../shared/usage-model.ts';
import type { Calls } from './calls.ts';
import type { Client } from './ipc-transport.ts';
import { type Live, type LiveState, tailKey } from './live.ts';
import type { ProofGate } from './proof-gate.ts';
import type { Session, SessionState } from './session.ts';

export type Api = {
  readonly client: Client;
  readonly calls: Calls;
  readonly session: Session;
  readonly proofs: ProofGate;
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

export function useSessionState(): SessionState {
  const { session } = useApi();
  return useSyncExternalStore(session.subscribe, session.state);
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

// The same one each time: who compares it with the one before must not see another.
const noneRunning: readonly RunningRequest[] = [];

/** The requests that have not ended yet, newest first, without those whose end is known already. */
export function useRunning(): readonly RunningRequest[] {
  const { data = noneRunning } = useQuery(useCalls().requests.running.queryOptions());
  const tail = useTail();
  return useMemo(() => {
    const ended = new Set(tail.map(({ id }) => id));
    return data.filter(({ id }) => !ended.has(id));
  }, [data, tail]);
}

/** Not asked before it is known who asks: members have none. */
export function useProjects() {
  const calls = useCalls();
  const { data: own } = useQuery(calls.me.get.queryOptions());
  return useQuery({ ...calls.projects.list.queryOptions(), enabled: own !== undefined && own.role !== 'member' });
}

/** The newest requests that ended since the page was opened, newest first. */
export function useTail(): readonly RequestView[] {
  return useQuery<RequestView[]>({ queryKey: tailKey, enabled: false, initialData: [] }).data;
}

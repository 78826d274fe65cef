// Waits for the first request of a key: what comes in live, and, for what came while nobody listened, the list.

import { useQuery } from '@tanstack/react-query';
import { useCalls, useTail } from '../../api/api-context.tsx';
import { type Arrival, arrivalOf, requestsSince } from './first-request.ts';

export type Awaited = {
  readonly keyId: string;
  /** Epoch ms; what came in before does not count. */
  readonly sinceMs: number;
};

export function useFirstRequest(awaited: Awaited | undefined): Arrival {
  const calls = useCalls();
  const tail = useTail();
  const { data } = useQuery({
    ...calls.requests.list.queryOptions({ input: { keyId: awaited?.keyId ?? '', limit: 20 } }),
    enabled: awaited !== undefined,
    staleTime: 0,
  });
  if (!awaited) return { state: 'waiting' };
  const both = [...tail, ...(data?.rows ?? [])];
  return arrivalOf(requestsSince(both, awaited.keyId, awaited.sinceMs));
}

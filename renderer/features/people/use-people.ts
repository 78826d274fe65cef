// Who is here and which invites wait, asked again every so often: people come and go in other windows.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';

const everyMs = 5_000;

export function usePeople() {
  const { manages } = useAbilities();
  return useQuery({ ...useCalls().people.list.queryOptions(), refetchInterval: everyMs, enabled: manages });
}

export function useInvites() {
  const { manages } = useAbilities();
  return useQuery({ ...useCalls().people.invites.queryOptions(), refetchInterval: everyMs, enabled: manages });
}

/** After something was changed: whatever is known of people, invites and sessions is asked again. */
export function useAskAnew(): () => void {
  const calls = useCalls();
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: calls.people.key() });
    void queries.invalidateQueries({ queryKey: calls.sessions.key() });
    // It names people.
    void queries.invalidateQueries({ queryKey: calls.usage.key() });
  };
}

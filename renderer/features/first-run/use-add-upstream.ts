// Adds a model server; where that has a consequence people may not expect, asks and then says it a second time.

import { useMutation } from '@tanstack/react-query';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { UpstreamKind } from '../../../shared/upstream-kinds.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAsk } from '../../ui/ask.tsx';

type NewUpstream = { readonly url: string; readonly kind?: UpstreamKind; readonly confirm?: boolean };

export function useAddUpstream() {
  const calls = useCalls();
  const ask = useAsk();
  const { mutateAsync, isPending, variables } = useMutation(calls.upstreams.add.mutationOptions());

  /** @returns false when it was not added, which has been said */
  async function add(upstream: NewUpstream): Promise<boolean> {
    try {
      await mutateAsync(upstream);
      return true;
    } catch (error) {
      if (!(error instanceof KeyhatchError) || error.code !== 'confirmation_needed') return false;
      const agreed = await ask.confirm({ consequence: String(error.details['consequence']) });
      return agreed ? add({ ...upstream, confirm: true }) : false;
    }
  }
  return { add, adding: isPending ? variables?.url : undefined };
}

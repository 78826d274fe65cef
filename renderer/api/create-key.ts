// Makes a key. Goes past the query library on purpose: it would keep the answer, and with it the secret, in its cache of
// mutations. Who calls `create` holds the only copy.

import { useState } from 'react';
import type { CreatedKey, NewKeyInput } from '../../shared/model.ts';
import { useApi } from './api-context.tsx';
import { sayFailure } from './say-failure.ts';

export function useCreateKey() {
  const { client } = useApi();
  const [isPending, setPending] = useState(false);

  /** @returns undefined when it failed, which has been said */
  async function create(input: NewKeyInput): Promise<CreatedKey | undefined> {
    setPending(true);
    try {
      return await client.keys.create(input);
    } catch (error) {
      sayFailure(error, undefined, undefined, {});
      return undefined;
    } finally {
      setPending(false);
    }
  }
  return { create, isPending };
}

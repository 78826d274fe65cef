// Every call of the contract as TanStack Query takes it: `calls.keys.list.queryOptions()`, `calls.keys.pause.mutationOptions()`.

import { createTanstackQueryUtils } from '@orpc/tanstack-query';
import type { Client } from './ipc-transport.ts';

export type Calls = ReturnType<typeof createCalls>;

export function createCalls(client: Client) {
  return createTanstackQueryUtils(client);
}

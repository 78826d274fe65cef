// A request that has not ended yet, as the pages show it. JSON only; times are epoch milliseconds.

import * as z from 'zod';
import { requestRow } from './usage-model.ts';

export const runningRequest = requestRow
  .pick({
    id: true,
    keyId: true,
    caller: true,
    model: true,
    operation: true,
    dialect: true,
    receivedAt: true,
    forwardedAt: true,
    clientAddress: true,
    client: true,
  })
  .extend({ keyName: z.string().nullable(), upstreamName: z.string().nullable() });
export type RunningRequest = Readonly<z.infer<typeof runningRequest>>;

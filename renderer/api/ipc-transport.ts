// The contract over a message port: one end stays here, the other goes through the preload to the main process, which
// checks who sent it.

import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { Contract } from '../../shared/contract.ts';
import { errorsFromWire } from '../../shared/error-wire.ts';

export type Client = ContractRouterClient<Contract>;

export function connectWindow(): Client {
  const { port1, port2 } = new MessageChannel();
  const link = new RPCLink({ port: port1, interceptors: [errorsFromWire()] });
  port1.start();
  window.postMessage('keyhatch:contract', window.location.origin, [port2]);
  return createORPCClient(link);
}

// A client of a composed house in somebody's name, as a transport would call it.

import { createRouterClient } from '@orpc/server';
import type { ContractClient } from '../../electron/control/control-client.ts';
import { silentLog } from '../../electron/lib/log.ts';
import type { House } from '../../electron/shell.ts';
import { errorsFromWire, errorsToWire } from '../../shared/error-wire.ts';
import type { Actor } from '../../shared/history-model.ts';
import { atTheMachine, type Caller } from '../../shared/people-model.ts';

export function clientOf(house: House, actor?: Actor, caller: Caller = atTheMachine): ContractClient {
  return createRouterClient(house.router, {
    context: { caller, ...(actor ? { actor } : {}) },
    interceptors: [errorsFromWire(), errorsToWire(silentLog)],
  });
}

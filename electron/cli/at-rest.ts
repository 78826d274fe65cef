// The contract on a profile that no instance holds: the same handlers, built for one command and taken down after it.
// Nothing listens.

import { setTimeout as sleep } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { errorsFromWire, errorsToWire } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import type { VaultKind } from '../../shared/model.ts';
import { atTheMachine } from '../../shared/people-model.ts';
import { compose } from '../compose.ts';
import type { ContractConnection } from '../control/control-client.ts';
import { createLog } from '../lib/log.ts';
import { openConfStore } from '../serve/conf-store.ts';
import type { House, Shell } from '../shell.ts';

export type AtRestIo = {
  readonly env: { [name: string]: string | undefined };
  readonly stderr: { readonly write: (text: string) => unknown };
  readonly version: string;
};

/** @throws KeyhatchError `profile_in_use` and whatever else keeps a profile from being opened */
export async function openAtRest(
  dataDir: string,
  vault: VaultKind | undefined,
  io: AtRestIo,
): Promise<ContractConnection> {
  const all = createLog({ format: 'pretty', write: (line) => io.stderr.write(`${line}\n`) });
  // A command says what it did itself; only faults are worth a line beside it.
  const log = { ...all, info: () => {}, warn: () => {} };
  const house = await composeInTurn({
    name: 'at-rest',
    version: io.version,
    dataDir,
    env: io.env,
    log,
    openSettingsStore: openConfStore,
    vault,
    flags: {},
    upstreams: [],
    echo: 'off',
    pagesDir: undefined,
    ledgerWorker: undefined,
    passwordWorker: undefined,
    desktop: undefined,
  });
  await house.vaultTried;
  const client = createRouterClient(house.router, {
    context: { actor: { kind: 'cli', detail: null }, caller: atTheMachine },
    interceptors: [errorsFromWire(), errorsToWire(log)],
  });
  return { client, close: house.stop };
}

const turnMs = 5_000;
const lookEveryMs = 100;

// Two commands at once are no conflict, only a queue: another one at rest is gone in a moment. A server stays.
async function composeInTurn(shell: Shell): Promise<House> {
  const deadline = performance.now() + turnMs;
  for (;;) {
    try {
      return await compose(shell);
    } catch (error) {
      const busy = error instanceof KeyhatchError && error.code === 'profile_in_use';
      const isCommand = busy && /^(?:at-rest|another)/.test(String(error.details['holder']));
      if (!isCommand || performance.now() > deadline) throw error;
      await sleep(lookEveryMs);
    }
  }
}

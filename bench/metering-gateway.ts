// A gateway of its own, a process of its own: the whole data plane from sources, with everything it asks for in memory. With
// `metering: false` the one module that reads answers is taken out while it is loaded, so that the product needs no switch.

import { registerHooks } from 'node:module';
import { createMemoryCounters } from '../electron/gateway/memory-counters.ts';
import type { GatewayKey, GatewayPorts } from '../electron/gateway/ports.ts';
import { systemClock } from '../electron/lib/clock.ts';
import { silentLog } from '../electron/lib/log.ts';
import { usualPolicy } from '../shared/key-policy.ts';
import { settingsSchema } from '../shared/settings.ts';

export type MeteringQuestion = { readonly upstreamPort: number; readonly key: string; readonly metering: boolean };

function takeTallyOut(): void {
  const standIn = new URL('./no-tally.ts', import.meta.url).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier.endsWith('/tally/tally.ts') ? { url: standIn, shortCircuit: true } : next(specifier, context),
  });
}

function portsBefore({ upstreamPort, key }: MeteringQuestion): GatewayPorts & { readonly upstreamFailed: () => void } {
  const settings = settingsSchema.parse({});
  const only: GatewayKey = {
    id: 'benchkey',
    kind: 'inference',
    name: 'bench',
    projectId: null,
    personId: null,
    personBar: null,
    weak: false,
    oldSecretWeak: false,
    status: 'active',
    expiresAt: null,
    limits: { rpm: null, parallel: null },
    models: null,
    policy: usualPolicy,
  };
  const upstream = {
    id: 'up1',
    name: 'upstream',
    kind: 'unknown',
    dialects: ['openai'],
    url: new URL(`http://127.0.0.1:${upstreamPort}`),
    credential: undefined,
    health: 'up',
    models: new Set(['bench']),
    parallel: null,
  } as const;
  return {
    version: 'bench',
    instanceId: 'bench',
    settings: () => settings,
    keys: {
      locked: () => undefined,
      find: (given) => (given === key ? { ...only, byOldSecret: false } : undefined),
      get: () => only,
    },
    ways: {
      forAddress: () => undefined,
      forSecondPort: () => undefined,
      findPathToken: () => undefined,
      isOpen: () => false,
    },
    tokens: { find: () => undefined, isOpen: () => false },
    machineAddresses: () => [],
    dashboardUrl: () => null,
    upstreams: { list: () => [upstream], fallback: () => upstream },
    responses: { claim() {}, find: () => undefined },
    usage: { record() {}, stranger() {}, today: () => ({ requests: 0, tokensIn: 0, tokensOut: 0 }) },
    counters: createMemoryCounters({ store: { load: () => [], save() {} }, clock: systemClock, log: silentLog }),
    prices: { costOf: () => undefined },
    budgetOwners: () => [],
    tls: { mode: () => 'off', credentials: () => undefined, names: () => [], authority: () => undefined },
    projects: { get: () => undefined, echo: () => undefined },
    oldSecretUsed() {},
    capture: { wants: () => false, keep() {} },
    upstreamFailed() {},
    lookup: undefined,
    clock: systemClock,
    log: silentLog,
  };
}

async function begin(question: MeteringQuestion): Promise<number> {
  if (!question.metering) takeTallyOut();
  const { createGateway } = await import('../electron/gateway/gateway.ts');
  const [address] = await createGateway(portsBefore(question)).listenOn(['127.0.0.1'], 0);
  return address?.port ?? 0;
}

process.on('message', (question: MeteringQuestion) => {
  begin(question).then(
    (answer) => process.send?.({ answer }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));

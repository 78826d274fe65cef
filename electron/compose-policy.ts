// The part of composing that asks what keys may do outside of a request: hands the gateway's own deciding functions, in the
// gateway's order, to core, which tries a policy with them; and tells admin keys. Used by compose.ts alone.

import type { Actor } from '../shared/history-model.ts';
import { type KeyOperation, operations } from '../shared/key-policy.ts';
import { atTheMachine, type Caller } from '../shared/people-model.ts';
import type { Settings } from '../shared/settings.ts';
import type { Ledger } from './compose-ledger.ts';
import { type AdminKeys, createAdminKeys } from './core/admin-keys.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import { createPolicyTest, type Imagined, type PolicyTest } from './core/policy-test.ts';
import type { Upstreams } from './core/upstreams.ts';
import { checkPaused, checkProject, checkWeak } from './gateway/admit.ts';
import { checkModel, realModel } from './gateway/authorize.ts';
import { cloudWords, isCloudModel } from './gateway/body-policy.ts';
import type { Gateway } from './gateway/gateway.ts';
import { checkStanding } from './gateway/identify.ts';
import { createKeyRules, hasModelRules } from './gateway/key-rules.ts';
import { checkGatewayNetwork, checkKeyNetwork, checkOperation } from './gateway/permit.ts';
import type { ProjectRegistry, UpstreamRegistry } from './gateway/ports.ts';
import { checkProjectModel, upstreamsOf } from './gateway/project.ts';
import type { Clock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import { createOnceAMinute } from './lib/once-a-minute.ts';

const modelless: ReadonlySet<KeyOperation> = new Set(['models:list', 'models:manage', 'metrics']);

/** What the owner gave a program: all but what takes the owner in person. */
const asAdminKey: Caller = { role: 'owner', personId: null, way: 'admin_key', provedAt: null };

/** Who calls over the control socket, as the history says it. */
const callers = {
  context: { actor: { kind: 'cli', detail: null }, caller: atTheMachine },
} as const;
/** Where an admin key came from, as its last use tells it. */
type Use = { readonly address: string; readonly userAgent: string | null };
const overControl: Use = { address: 'control socket', userAgent: null };

export type ControlDoor = typeof callers & {
  readonly verifyAdmin: AdminKeys['verify'];
  /** Notes that the key was used. */
  readonly contextOfAdmin: (
    admin: { readonly id: string; readonly name: string },
    use?: Use,
  ) => { readonly actor: Actor; readonly caller: Caller };
};

export function joinPolicy(ports: {
  readonly registry: KeyRegistry;
  readonly settings: () => Settings;
  readonly upstreams: Upstreams;
  readonly projects: ProjectRegistry;
  readonly gateway: Pick<Gateway, 'checkLimits' | 'checkBudgets'>;
  readonly ledger: Pick<Ledger, 'keyUses'>;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly test: PolicyTest; readonly control: ControlDoor } {
  const { gateway, projects } = ports;
  const rules = createKeyRules();
  const meaning = meaningOf(ports);
  const test = createPolicyTest({
    registry: ports.registry,
    stages: [
      {
        stage: 'gateway network',
        decide(imagined) {
          checkGatewayNetwork(imagined, ports.settings(), rules);
          return 'This server takes requests from there.';
        },
      },
      {
        stage: 'standing',
        decide({ key }) {
          checkStanding(key, ports.clock.now());
          return 'The key opens the gateway, and has neither ended nor been revoked.';
        },
      },
      {
        stage: 'key network',
        decide(imagined) {
          checkKeyNetwork(imagined.key, imagined, rules);
          return 'The key may be used from there.';
        },
      },
      {
        stage: 'operation',
        decide({ key, operation }) {
          checkOperation(imaginedCaller(key), operation, operations[operation]);
          return `The key has the right "${operation}".`;
        },
      },
      {
        stage: 'status',
        decide({ key }) {
          checkPaused(key);
          checkProject(key, projects);
          return key.projectId === null ? 'The key is not paused.' : 'Neither the key nor its project is at rest.';
        },
      },
      {
        stage: 'weak key',
        decide({ key, fromThisComputer }) {
          checkWeak(presented(key), fromThisComputer);
          return key.weak ? 'The key is weak, and works on this computer.' : 'The key is not weak.';
        },
      },
      {
        stage: 'limits',
        decide({ key, operation }) {
          if (operation === 'metrics') return 'Metrics count against no limit.';
          gateway.checkLimits(key);
          return 'It may make one more request now.';
        },
      },
      {
        stage: 'project',
        decide(imagined) {
          const { project, model, upstreams } = meaning(imagined);
          if (!project) return 'The key is in no project.';
          if (imagined.operation === 'metrics') return 'Metrics are of all projects.';
          if (!isModelless(imagined)) checkProjectModel(project, model, imagined.key.name);
          upstreams();
          if (isModelless(imagined)) return 'This takes no model.';
          if (model !== undefined && model !== imagined.model)
            return `The project "${project.name}" takes "${imagined.model}" for "${model}", which it lets its keys use.`;
          return `The project "${project.name}" lets its keys use ${model === undefined ? 'every model' : 'that model'}.`;
        },
      },
      {
        stage: 'model',
        decide(imagined) {
          if (isModelless(imagined)) return 'This takes no model.';
          const { model, ...meant } = meaning(imagined);
          const upstreams = meant.upstreams();
          const real = realModel(model, upstreams);
          const sent = hasModelRules(imagined.key) ? real : model;
          if (sent !== undefined && isCloudModel(sent))
            checkOperation(imaginedCaller(imagined.key), 'cloud', cloudWords);
          checkModel(imagined.key, real, { rules, upstreams });
          return model === undefined ? 'The key may use every model.' : 'The key may use that model.';
        },
      },
      {
        stage: 'budgets',
        decide(imagined) {
          if (modelless.has(imagined.operation)) return 'This uses nothing of a budget.';
          gateway.checkBudgets(imagined.key, meaning(imagined).model);
          return 'No budget is used up, its own nor its project’s.';
        },
      },
    ],
  });
  const isWorthNoting = createOnceAMinute(ports.clock);
  function noteUse(id: string, use: Use): void {
    try {
      ports.ledger.keyUses.record([{ ...use, id, at: ports.clock.now() }]);
    } catch (error) {
      // A full disk must not keep out whoever could make room.
      ports.log.warn('when an admin key was used could not be noted', { error });
    }
  }

  const control: ControlDoor = {
    ...callers,
    verifyAdmin: createAdminKeys(ports).verify,
    contextOfAdmin({ id, name }, use = overControl) {
      if (isWorthNoting(id)) noteUse(id, use);
      return { actor: { kind: 'api', detail: name }, caller: { ...asAdminKey, adminKeyId: id } };
    },
  };
  return { test, control };
}

const presented = (key: Imagined['key']) => ({ ...key, byOldSecret: false });
const imaginedCaller = (key: Imagined['key']) => ({ kind: 'key', key: presented(key), by: 'key', pass: null }) as const;
const isModelless = ({ model, operation }: Imagined) => model === undefined && modelless.has(operation);

type MeaningPorts = { readonly upstreams: Upstreams; readonly projects: ProjectRegistry };

/** What the key's project makes of a request: which model it is about, and which model servers there are for it. */
function meaningOf({ upstreams, projects }: MeaningPorts) {
  const everywhere: UpstreamRegistry = { list: upstreams.live, fallback: upstreams.fallback };
  return ({ key, model }: Imagined) => {
    const project = key.projectId === null ? undefined : projects.get(key.projectId);
    return {
      project,
      model: model === undefined ? undefined : (project?.aliases.get(model) ?? model),
      upstreams: () => (project ? upstreamsOf(project, { projects, upstreams: everywhere }) : everywhere),
    };
  };
}

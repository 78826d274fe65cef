// The part of composing that asks what keys may do outside of a request: hands the gateway's own deciding functions, in the
// gateway's order, to core, which tries a policy with them; and tells admin keys. Used by compose.ts alone.

import { type KeyOperation, operations } from '../shared/key-policy.ts';
import type { Settings } from '../shared/settings.ts';
import { type AdminKeys, createAdminKeys } from './core/admin-keys.ts';
import type { KeyRegistry } from './core/key-registry.ts';
import { createPolicyTest, type PolicyTest } from './core/policy-test.ts';
import type { Upstreams } from './core/upstreams.ts';
import { checkPaused, checkProject, checkWeak } from './gateway/admit.ts';
import { checkModel, realModel } from './gateway/authorize.ts';
import { isCloudModel } from './gateway/body-policy.ts';
import { checkStanding } from './gateway/identify.ts';
import { createKeyRules } from './gateway/key-rules.ts';
import { checkGatewayNetwork, checkKeyNetwork, checkOperation } from './gateway/permit.ts';
import type { GatewayKey, ProjectRegistry } from './gateway/ports.ts';
import { checkProjectModel, upstreamsOf } from './gateway/project.ts';
import type { Clock } from './lib/clock.ts';

const modelless: ReadonlySet<KeyOperation> = new Set(['models:list', 'models:manage', 'metrics']);

/** Who calls over the control socket, as the history says it. */
const callers = {
  context: { actor: { kind: 'cli', detail: null } },
  contextOfAdmin: ({ name }: { readonly name: string }) => ({ actor: { kind: 'api', detail: name } }) as const,
} as const;
type ControlDoor = typeof callers & { readonly verifyAdmin: AdminKeys['verify'] };

export function joinPolicy(ports: {
  readonly registry: KeyRegistry;
  readonly settings: () => Settings;
  readonly upstreams: Upstreams;
  readonly projects: ProjectRegistry;
  readonly clock: Clock;
}): { readonly test: PolicyTest; readonly control: ControlDoor } {
  const rules = createKeyRules();
  const upstreams = { list: ports.upstreams.live, fallback: ports.upstreams.fallback };
  const projectOf = ({ projectId }: GatewayKey) => (projectId === null ? undefined : ports.projects.get(projectId));
  const meant = (key: GatewayKey, model: string | undefined) =>
    model === undefined ? undefined : (projectOf(key)?.aliases.get(model) ?? model);
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
        decide({ key, operation, model }) {
          const caller = { kind: 'key', key: { ...key, byOldSecret: false } } as const;
          checkOperation(caller, operation, operations[operation]);
          if ([model, meant(key, model)].some((one) => one !== undefined && isCloudModel(one)))
            checkOperation(caller, 'cloud', operations.cloud);
          return `The key has the right "${operation}".`;
        },
      },
      {
        stage: 'status',
        decide({ key }) {
          checkPaused(key);
          return 'The key is not paused.';
        },
      },
      {
        stage: 'project',
        decide({ key }) {
          checkProject(key, ports.projects);
          return key.projectId === null ? 'The key is in no project.' : 'Its project lets its keys in.';
        },
      },
      {
        stage: 'weakness',
        decide({ key, fromThisComputer }) {
          checkWeak({ ...key, byOldSecret: false }, fromThisComputer);
          return key.weak ? 'The key is weak, which is enough on this computer.' : 'The key is not weak.';
        },
      },
      {
        stage: 'model',
        decide({ key, model, operation }) {
          if (model === undefined && modelless.has(operation)) return 'This takes no model.';
          const project = projectOf(key);
          const named = meant(key, model);
          if (project) checkProjectModel(project, named, key.name);
          const reached = project ? upstreamsOf(project, { upstreams, projects: ports.projects }) : upstreams;
          checkModel(key, realModel(named, reached), { rules, upstreams: reached });
          return model === undefined ? 'The key may use every model.' : 'The key may use that model.';
        },
      },
    ],
  });
  return { test, control: { ...callers, verifyAdmin: createAdminKeys(ports).verify } };
}

// What a new key of a project begins with, as if it were a key's.

import { withPatch } from '../../../shared/key-policy.ts';
import type { ProjectDefaults } from '../../../shared/project-model.ts';
import type { PolicySource } from './policy-draft.ts';

/** What a project leaves out is as it was. */
export function sourceIn({ limits, models, policy }: PolicySource, defaults: ProjectDefaults = {}): PolicySource {
  const { rpm = limits.rpm, parallel = limits.parallel } = defaults;
  return {
    limits: { rpm, parallel },
    models: defaults.models === undefined ? models : defaults.models,
    policy: withPatch(policy, defaults.policy ?? {}),
  };
}

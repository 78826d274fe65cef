// What a new key begins with: the settings' defaults and its project's, as if they were a key's.

import { usualPolicy, withPatch } from '../../../shared/key-policy.ts';
import type { ProjectDefaults } from '../../../shared/project-model.ts';
import { useSetting } from '../../api/settings-access.ts';
import type { PolicySource } from './policy-draft.ts';

/** Undefined until the settings are there. */
export function useNewKeySource(): PolicySource | undefined {
  const rpm = useSetting('keys.defaultRpm');
  const rph = useSetting('keys.defaultRph');
  const tpm = useSetting('keys.defaultTpm');
  const parallel = useSetting('keys.defaultParallel');
  const priority = useSetting('keys.defaultPriority');
  if (!rpm || !rph || !tpm || !parallel || !priority) return undefined;
  return {
    limits: { rpm: rpm.value, parallel: parallel.value },
    models: null,
    policy: { ...usualPolicy, rph: rph.value, tpm: tpm.value, priority: priority.value },
  };
}

/** What a project leaves out is as it was. */
export function sourceIn({ limits, models, policy }: PolicySource, defaults: ProjectDefaults = {}): PolicySource {
  const { rpm = limits.rpm, parallel = limits.parallel } = defaults;
  return {
    limits: { rpm, parallel },
    models: defaults.models === undefined ? models : defaults.models,
    policy: withPatch(policy, defaults.policy ?? {}),
  };
}

// What a new key begins with, out of the settings, as if it were a key's.

import { usualPolicy } from '../../../shared/key-policy.ts';
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

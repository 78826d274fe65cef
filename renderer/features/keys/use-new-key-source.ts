// What a new key begins with, as if it were a key's: out of the settings, or, for a member, as much as the owner gave them.

import { usualPolicy } from '../../../shared/key-policy.ts';
import { useMe } from '../../api/me.ts';
import { useSetting } from '../../api/settings-access.ts';
import type { PolicySource } from './policy-draft.ts';

/** Undefined until the settings are there. */
export function useNewKeySource(): PolicySource | undefined {
  const rpm = useSetting('keys.defaultRpm');
  const rph = useSetting('keys.defaultRph');
  const tpm = useSetting('keys.defaultTpm');
  const parallel = useSetting('keys.defaultParallel');
  const priority = useSetting('keys.defaultPriority');
  const { data: own } = useMe();
  if (own?.role === 'member' && own.person) {
    const { limits } = own.person;
    const { operations, rph: hourly, tpm: tokens } = limits;
    return {
      limits: { rpm: limits.rpm, parallel: limits.parallel },
      models: limits.models,
      policy: { ...usualPolicy, operations, rph: hourly, tpm: tokens },
    };
  }
  if (!rpm || !rph || !tpm || !parallel || !priority) return undefined;
  return {
    limits: { rpm: rpm.value, parallel: parallel.value },
    models: null,
    policy: { ...usualPolicy, rph: rph.value, tpm: tpm.value, priority: priority.value },
  };
}

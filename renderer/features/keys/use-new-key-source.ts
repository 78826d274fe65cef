// What a new key begins with, as if it were a key's: out of the settings, or, for a member, as the house works it out.

import { usualPolicy } from '../../../shared/key-policy.ts';
import { useMe } from '../../api/me.ts';
import { useSetting } from '../../api/settings-access.ts';
import type { PolicySource } from './policy-draft.ts';
import { sourceIn } from './project-source.ts';

export type NewKeySource = PolicySource & {
  /** How long it lives; null: it has no end. */
  readonly expiresInMs: number | null;
};

const unlimited: PolicySource = { limits: { rpm: null, parallel: null }, models: null, policy: usualPolicy };

/** Undefined until the settings are there. */
export function useNewKeySource(): NewKeySource | undefined {
  const operations = useSetting('keys.defaultOperations');
  const days = useSetting('keys.defaultExpiresDays');
  const rpm = useSetting('keys.defaultRpm');
  const rph = useSetting('keys.defaultRph');
  const tpm = useSetting('keys.defaultTpm');
  const parallel = useSetting('keys.defaultParallel');
  const priority = useSetting('keys.defaultPriority');
  const theirs = useMe().data?.newKey;
  if (theirs) return { ...sourceIn(unlimited, theirs), expiresInMs: theirs.expiresInMs ?? null };
  if (!operations || !days || !rpm || !rph || !tpm || !parallel || !priority) return undefined;
  const policy = { operations: operations.value, rph: rph.value, tpm: tpm.value, priority: priority.value };
  return {
    limits: { rpm: rpm.value, parallel: parallel.value },
    models: null,
    policy: { ...usualPolicy, ...policy },
    expiresInMs: days.value === null ? null : days.value * 86_400_000,
  };
}

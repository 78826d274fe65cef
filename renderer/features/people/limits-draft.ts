// What a person may have while it is being filled in, and what it becomes. The part that is a key's too is a key's draft. Pure.

import { usualPolicy } from '../../../shared/key-policy.ts';
import type { MemberLimits } from '../../../shared/people-model.ts';
import {
  type Amount,
  type PolicyDraft,
  policyDraftOf,
  policyInputOf,
  type Wrong,
  wrongWithPolicy,
} from '../keys/policy-draft.ts';

export type LimitsDraft = { readonly keys: Amount; readonly expiresDays: Amount; readonly policy: PolicyDraft };

export function limitsDraftOf(limits: MemberLimits): LimitsDraft {
  const { keys, models, operations, rpm, rph, tpm, parallel, budgets, expiresDays } = limits;
  const policy = { ...usualPolicy, operations, rph, tpm, budgets };
  return {
    keys,
    expiresDays: expiresDays ?? '',
    policy: policyDraftOf({ limits: { rpm, parallel }, models, policy }),
  };
}

export const wrongWithLimits = ({ policy }: LimitsDraft): Wrong => wrongWithPolicy(policy);

/** Without a number of keys there are none. */
export function limitsInputOf({ keys, expiresDays, policy }: LimitsDraft): MemberLimits {
  const { rpm, parallel, models, policy: rest } = policyInputOf(policy);
  const { operations = [], rph = null, tpm = null, budgets = [] } = rest;
  return {
    keys: keys === '' ? 0 : keys,
    expiresDays: expiresDays === '' ? null : expiresDays,
    ...{ models, operations, rpm, rph, tpm, parallel, budgets },
  };
}

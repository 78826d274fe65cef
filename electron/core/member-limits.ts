// Holds a person's keys within what the owner gave them: judges what a member asks for, and brings the keys that are there
// under limits that were lowered. What counts over all keys together, budgets, is counted by the gateway.

import { KeyhatchError } from '../../shared/errors.ts';
import { type KeyPolicyPatch, usualPolicy } from '../../shared/key-policy.ts';
import { compilePatterns } from '../../shared/model-patterns.ts';
import type { MemberLimits } from '../../shared/people-model.ts';
import type { Settings } from '../../shared/settings.ts';
import type { KeyEdit, NewKey } from './key-record.ts';
import type { RegisteredKey } from './key-registry.ts';
import type { Keys } from './keys.ts';

/** What a member may say of a key: neither its kind nor its project, nor a value of their own. */
export type MemberKey = Pick<NewKey, 'name' | 'expiresAt' | 'rpm' | 'parallel' | 'models' | 'policy'>;
type MemberEdit = Pick<KeyEdit, 'expiresAt' | 'rpm' | 'parallel' | 'models' | 'policy'>;

const dayMs = 86_400_000;

/**
 * What a member's new key is made of: what they left out is what the settings say, or less where they may have less.
 * @throws KeyhatchError `over_member_limits`
 */
export function memberKey(
  asked: MemberKey,
  from: { readonly limits: MemberLimits; readonly settings: Settings; readonly living: number; readonly now: number },
): MemberKey {
  const { limits, settings, living, now } = from;
  if (living >= limits.keys)
    throw over(limits.keys === 1 ? 'you may have one key' : `you may have ${limits.keys} keys`);
  checkMemberEdit(asked, limits, now);
  const { policy = {} } = asked;
  return {
    name: asked.name,
    expiresAt: asked.expiresAt ?? endOf(limits, now),
    rpm: asked.rpm ?? least(settings['keys.defaultRpm'], limits.rpm),
    parallel: asked.parallel ?? least(settings['keys.defaultParallel'], limits.parallel),
    models: asked.models ?? limits.models,
    policy: {
      ...policy,
      rph: policy.rph ?? least(settings['keys.defaultRph'], limits.rph),
      tpm: policy.tpm ?? least(settings['keys.defaultTpm'], limits.tpm),
      operations: policy.operations ?? usualPolicy.operations.filter((one) => limits.operations.includes(one)),
      priority: policy.priority ?? (settings['keys.defaultPriority'] === 'low' ? 'low' : 'normal'),
    },
  };
}

/** What is named must not be more than they have; null is no limit at all. @throws KeyhatchError `over_member_limits` */
export function checkMemberEdit(asked: MemberEdit, limits: MemberLimits, now: number): void {
  const { policy = {} } = asked;
  const most = (value: number | null | undefined, limit: number | null, what: string): void => {
    if (value === undefined || limit === null || (value !== null && value <= limit)) return;
    throw over(`${what} are limited to ${limit}`);
  };
  most(asked.rpm, limits.rpm, 'requests a minute');
  most(asked.parallel, limits.parallel, 'requests at once');
  most(policy.rph, limits.rph, 'requests an hour');
  most(policy.tpm, limits.tpm, 'tokens a minute');
  const end = endOf(limits, now);
  if (asked.expiresAt !== undefined && end !== null && (asked.expiresAt === null || asked.expiresAt > end))
    throw over(`a key may live for ${limits.expiresDays} days`);
  if (asked.models !== undefined && !isWithin(asked.models, limits.models))
    throw over(`you may use ${limits.models?.join(', ')}`);
  const beyond = policy.operations?.find((operation) => !limits.operations.includes(operation));
  if (beyond !== undefined) throw over(`the right "${beyond}" is not yours to give`);
  if (policy.priority === 'high') throw over('keys that go first are the owner’s to give');
}

/** Brings a person's keys under their limits; those that are already stay as they are. */
export function clampKeys(
  keys: readonly RegisteredKey[],
  limits: MemberLimits,
  edit: Pick<Keys, 'edit'>['edit'],
  now: number,
): void {
  for (const key of keys.filter(({ revokedAt }) => revokedAt === null)) {
    const patch = clamped(key, limits, now);
    if (Object.keys(patch).length > 0) edit({ ref: key.id, ...patch });
  }
}

function clamped(
  { limits: has, policy, models, expiresAt }: RegisteredKey,
  limits: MemberLimits,
  now: number,
): MemberEdit {
  const under = <Name extends string>(name: Name, value: number | null, limit: number | null) => {
    const allowed = least(value, limit);
    return allowed === value ? {} : { [name]: allowed };
  };
  const operations = policy.operations.filter((operation) => limits.operations.includes(operation));
  const policyPatch: KeyPolicyPatch = {
    ...under('rph', policy.rph, limits.rph),
    ...under('tpm', policy.tpm, limits.tpm),
    ...(operations.length === policy.operations.length ? {} : { operations }),
  };
  return {
    ...under('rpm', has.rpm, limits.rpm),
    ...under('parallel', has.parallel, limits.parallel),
    ...under('expiresAt', expiresAt, endOf(limits, now)),
    ...(isWithin(models, limits.models) ? {} : { models: limits.models }),
    ...(Object.keys(policyPatch).length === 0 ? {} : { policy: policyPatch }),
  };
}

/** Null is no limit, and so more than any. */
function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function endOf({ expiresDays }: MemberLimits, now: number): number | null {
  return expiresDays === null ? null : now + expiresDays * dayMs;
}

/** Whether a list of models lets nothing in that another does not. */
function isWithin(asked: readonly string[] | null, limit: readonly string[] | null): boolean {
  if (limit === null) return true;
  if (asked === null) return false;
  const fits = compilePatterns(limit);
  // Of two patterns it is certain only where one begins as the other and goes on.
  const isPart = (pattern: string) =>
    limit.some((one) => one === pattern || (/^[^*]*\*$/.test(one) && pattern.startsWith(one.slice(0, -1))));
  return asked.every((entry) => (entry.includes('*') ? isPart(entry) : fits(entry)));
}

function over(reason: string): KeyhatchError {
  return new KeyhatchError('over_member_limits', { details: { reason } });
}

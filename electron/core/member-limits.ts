// Holds a person's keys within what the owner gave them: judges what a member asks for, and cuts down what anybody makes of
// a key of theirs. What counts over all keys together, budgets, is counted by the gateway. Pure.

import { KeyhatchError } from '../../shared/errors.ts';
import { namedIn } from '../../shared/key-policy.ts';
import { compilePatterns } from '../../shared/model-patterns.ts';
import type { MemberLimits } from '../../shared/people-model.ts';
import type { ProjectDefaults } from '../../shared/project-model.ts';
import type { Settings } from '../../shared/settings.ts';
import { type KeyEdit, type NewKey, usualLifeMs } from './key-record.ts';
import type { KeptKey } from './key-registry.ts';

const dayMs = 86_400_000;

/**
 * What a member's new key is made of: what they left out is what the settings say, or less where they may have less.
 * @throws KeyhatchError `over_member_limits`, `not_permitted`
 */
export function memberKey(
  asked: NewKey,
  from: { readonly limits: MemberLimits; readonly settings: Settings; readonly living: number; readonly now: number },
): NewKey {
  const { limits, settings, living, now } = from;
  refuseForeign(asked);
  checkCount(living, limits);
  checkMemberEdit(asked, limits, now);
  const { policy = {} } = asked;
  const usual = memberDefaults(limits, settings);
  return {
    name: asked.name,
    // Null is an answer, which was found to be within their limits.
    expiresAt: asked.expiresAt === undefined ? endAfter(usual.expiresInMs, now) : asked.expiresAt,
    rpm: asked.rpm === undefined ? usual.rpm : asked.rpm,
    parallel: asked.parallel === undefined ? usual.parallel : asked.parallel,
    models: asked.models ?? usual.models,
    policy: { ...usual.policy, ...namedIn(policy) },
  };
}

/** What a member's new key begins with: what the settings say, or less where they may have less. */
export function memberDefaults(limits: MemberLimits, settings: Settings) {
  const longestMs = limits.expiresDays === null ? null : limits.expiresDays * dayMs;
  return {
    expiresInMs: least(usualLifeMs(settings), longestMs),
    rpm: least(settings['keys.defaultRpm'], limits.rpm),
    parallel: least(settings['keys.defaultParallel'], limits.parallel),
    models: limits.models,
    policy: {
      rph: least(settings['keys.defaultRph'], limits.rph),
      tpm: least(settings['keys.defaultTpm'], limits.tpm),
      operations: settings['keys.defaultOperations'].filter((one) => limits.operations.includes(one)),
      priority: settings['keys.defaultPriority'] === 'low' ? 'low' : 'normal',
    },
  } as const satisfies ProjectDefaults;
}

/**
 * Whether there is a place for one more.
 * @param living how many of theirs work or may be made to
 * @throws KeyhatchError `over_member_limits`
 */
export function checkCount(living: number, limits: Pick<MemberLimits, 'keys'>): void {
  if (living >= limits.keys)
    throw over(limits.keys === 1 ? 'you may have one key' : `you may have ${limits.keys} keys`);
}

/** Whose key it is, in which project and with which value is not for members to say. */
function refuseForeign({ kind, project, person, value }: NewKey): void {
  if (kind === 'admin' || person !== undefined || value !== undefined) throw new KeyhatchError('not_permitted');
  if (project !== undefined) throw over('the project of a key is the owner’s to choose');
}

/**
 * What is named must not be more than they have; null is no limit at all.
 * @param createdAt of the key, in epoch milliseconds
 * @throws KeyhatchError `over_member_limits`
 */
export function checkMemberEdit(asked: Omit<KeyEdit, 'ref' | 'name'>, limits: MemberLimits, createdAt: number): void {
  const { policy = {} } = asked;
  if (asked.project !== undefined) throw over('the project of a key is the owner’s to choose');
  const most = (value: number | null | undefined, limit: number | null, what: string): void => {
    if (value === undefined || limit === null || (value !== null && value <= limit)) return;
    throw over(`${what} are limited to ${limit}`);
  };
  most(asked.rpm, limits.rpm, 'requests a minute');
  most(asked.parallel, limits.parallel, 'requests at once');
  most(policy.rph, limits.rph, 'requests an hour');
  most(policy.tpm, limits.tpm, 'tokens a minute');
  const end = endOf(limits, createdAt);
  if (asked.expiresAt !== undefined && end !== null && (asked.expiresAt === null || asked.expiresAt > end))
    throw over(`a key may live for ${limits.expiresDays} days`);
  if (asked.models !== undefined && !isWithin(asked.models, limits.models))
    throw over(`you may use ${limits.models?.join(', ')}`);
  const beyond = policy.operations?.find((operation) => !limits.operations.includes(operation));
  if (beyond !== undefined) throw over(`the right "${beyond}" is not yours to give`);
  if (policy.priority === 'high') throw over('keys that go first are the owner’s to give');
}

/** The key as it may be; the very same where it is within the limits. */
export function keyWithin(key: KeptKey, limits: MemberLimits): KeptKey {
  const { policy } = key;
  const cut: KeptKey = {
    ...key,
    expiresAt: least(key.expiresAt, endOf(limits, key.createdAt)),
    limits: { rpm: least(key.limits.rpm, limits.rpm), parallel: least(key.limits.parallel, limits.parallel) },
    models: isWithin(key.models, limits.models) ? key.models : [...(limits.models ?? [])],
    policy: {
      ...policy,
      rph: least(policy.rph, limits.rph),
      tpm: least(policy.tpm, limits.tpm),
      operations: policy.operations.filter((operation) => limits.operations.includes(operation)),
    },
  };
  return JSON.stringify(cut) === JSON.stringify(key) ? key : cut;
}

/** Null is no limit, and so more than any. */
function least(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function endOf({ expiresDays }: MemberLimits, createdAt: number): number | null {
  return endAfter(expiresDays === null ? null : expiresDays * dayMs, createdAt);
}

function endAfter(lifeMs: number | null, fromMs: number): number | null {
  return lifeMs === null ? null : fromMs + lifeMs;
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

export function over(reason: string): KeyhatchError {
  return new KeyhatchError('over_member_limits', { details: { reason } });
}

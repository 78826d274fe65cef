// The fields of a key as flags: --expires, --rpm, --parallel, --models, --project and --rotate-every, read into what the contract takes.

import type { KeyPolicyPatch } from '../../../shared/key-policy.ts';
import { UsageError } from '../cli-errors.ts';
import { parseDuration, parseList, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';
import { limitFlags, parseLimitFlags } from './limit-flags.ts';
import { parsePolicyFlags, policyFlags } from './policy-flags.ts';

export const fieldFlags = {
  project: { value: 'P', about: 'The project it belongs to, by name or id.' },
  'new-project': { about: 'Make that project if there is none of the name.' },
  'rotate-every': { value: '90d', about: 'Remind me to rotate it after so many days; never stops that.' },
  expires: { value: '30d', about: 'When it ends, from now: 30d, 12h, 90m, or never.' },
  rpm: { value: 'N', about: 'Requests in any 60 seconds; 0 blocks, none lifts the limit.' },
  parallel: { value: 'N', about: 'Requests running at once; none lifts the limit.' },
  models: { value: 'a,b', about: 'The only models it may use, * for anything; all lifts the limit.' },
  ...policyFlags,
  ...limitFlags,
} as const;

export type KeyFields = {
  readonly project: string | undefined;
  readonly newProject: boolean | undefined;
  /** Epoch milliseconds; null: never. */
  readonly expiresAt: number | null | undefined;
  readonly rpm: number | null | undefined;
  readonly parallel: number | null | undefined;
  /** Null: all. */
  readonly models: string[] | null | undefined;
  readonly policy: KeyPolicyPatch | undefined;
};

/** Undefined stands for a flag that was not given. @throws UsageError */
export function parseKeyFields(flags: Flags<keyof typeof fieldFlags>, now: number): KeyFields {
  return {
    project: flags.text('project'),
    newProject: flags.on('new-project') ? true : undefined,
    expiresAt: orNull(flags.text('expires'), 'never', (text) => now + parseDuration('--expires', text)),
    rpm: orNull(flags.text('rpm'), 'none', (text) => parseWhole('--rpm', text, 0, 1_000_000)),
    parallel: orNull(flags.text('parallel'), 'none', (text) => parseWhole('--parallel', text, 1, 100_000)),
    models: orNull(flags.text('models'), 'all', (text) => parseModels('--models', text)),
    policy: joinPolicies(parsePolicyFlags(flags), parseLimitFlags(flags), parsePolicy(flags)),
  };
}

export function orNull<Value>(text: string | undefined, nullWord: string, parse: (text: string) => Value) {
  if (text === undefined) return undefined;
  return text === nullWord ? null : parse(text);
}

function parsePolicy(flags: Flags<keyof typeof fieldFlags>): KeyPolicyPatch | undefined {
  const rotateEveryDays = orNull(flags.text('rotate-every'), 'never', (text) => parseDays('--rotate-every', text));
  return rotateEveryDays === undefined ? undefined : { rotateEveryDays };
}

export function parseDays(flag: string, text: string): number {
  const days = parseDuration(flag, text) / 86_400_000;
  if (!Number.isInteger(days) || days < 1 || days > 3650)
    throw new UsageError(`${flag} takes whole days such as 90d, not "${text}".`);
  return days;
}

export function parseModels(flag: string, text: string): string[] {
  const models = parseList(text);
  if (models.length === 0) throw new UsageError(`${flag} takes model names with commas between them, or all.`);
  return models;
}

/** What several kinds of flags say, as one; undefined where none of them says anything. */
function joinPolicies(...patches: readonly (KeyPolicyPatch | undefined)[]): KeyPolicyPatch | undefined {
  const said = patches.filter((patch) => patch !== undefined);
  return said.length === 0 ? undefined : Object.assign({}, ...said);
}

// The fields of a project as flags, read into what the contract takes.

import {
  type NewProject,
  type ProjectDefaults,
  projectColours,
  projectEnvironment,
} from '../../../shared/project-model.ts';
import { UsageError } from '../cli-errors.ts';
import { parseChoice, parseDuration, parseOnOff, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';
import { orNull, parseDays, parseModels } from './key-fields.ts';
import { limitFlags, parseBudgets } from './limit-flags.ts';

export const projectFlags = {
  colour: { value: 'C', about: `How it is marked: ${projectColours.join(', ')}.` },
  environment: { value: 'E', about: 'production or test.' },
  models: { value: 'a,b', about: 'The only models its keys may use; all lifts the limit.' },
  alias: { value: 'NAME=MODEL', many: true, about: 'A name its keys may ask for; NAME= takes it away.' },
  upstream: { value: 'U', about: 'The one model server for its keys; any lifts that.' },
  echo: { value: 'on|off', about: 'Let the echo model answer everything, in the test environment.' },
  budget: { ...limitFlags.budget, about: `For all its keys together. ${limitFlags.budget.about}` },
  'default-rpm': { value: 'N', about: 'Requests in any 60 seconds of a key made in it; none for no limit.' },
  'default-parallel': { value: 'N', about: 'The same for requests running at once.' },
  'default-models': { value: 'a,b', about: 'The same for models; all for no limit.' },
  'default-expires': { value: '30d', about: 'How long a key made in it lasts; never for no end.' },
  'default-rotate-every': {
    value: '90d',
    about: 'When to be reminded to rotate a key made in it; never for not at all.',
  },
} as const;

export type ProjectFields = Omit<NewProject, 'name' | 'aliases'> & {
  /** Null takes an alias away. */
  readonly aliases: ReadonlyMap<string, string | null>;
  readonly named: boolean;
};

type Given = Flags<keyof typeof projectFlags>;

/** @throws UsageError */
export function parseProjectFields(flags: Given): ProjectFields {
  const colour = flags.text('colour');
  const environment = flags.text('environment');
  const echo = flags.text('echo');
  const budgets = flags.all('budget');
  return {
    colour: colour === undefined ? undefined : parseChoice('--colour', colour, projectColours),
    environment:
      environment === undefined ? undefined : parseChoice('--environment', environment, projectEnvironment.options),
    models: orNull(flags.text('models'), 'all', (text) => parseModels('--models', text)),
    upstream: orNull(flags.text('upstream'), 'any', (text) => text),
    echo: echo === undefined ? undefined : parseOnOff('--echo', echo),
    budgets: budgets.length === 0 ? undefined : parseBudgets(budgets),
    defaults: parseDefaults(flags),
    aliases: new Map(flags.all('alias').map(parseAlias)),
    named: (Object.keys(projectFlags) as (keyof typeof projectFlags)[]).some((name) => flags.on(name)),
  };
}

/** The aliases that there were, with what was named on the command line. */
export function withAliases(
  before: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, string | null>,
): Record<string, string> | undefined {
  if (given.size === 0) return undefined;
  const all = new Map<string, string | null>([...Object.entries(before), ...given]);
  return Object.fromEntries([...all].filter((pair): pair is [string, string] => pair[1] !== null));
}

/** The same for defaults. */
export function withDefaults(before: ProjectDefaults, given: ProjectDefaults | undefined): ProjectDefaults | undefined {
  if (given === undefined) return undefined;
  const named = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...before, ...named, policy: { ...before.policy, ...given.policy } };
}

function parseDefaults(flags: Given): ProjectDefaults | undefined {
  const rotateEveryDays = orNull(flags.text('default-rotate-every'), 'never', (text) =>
    parseDays('--default-rotate-every', text),
  );
  const defaults: ProjectDefaults = {
    rpm: orNull(flags.text('default-rpm'), 'none', (text) => parseWhole('--default-rpm', text, 0, 1_000_000)),
    parallel: orNull(flags.text('default-parallel'), 'none', (text) =>
      parseWhole('--default-parallel', text, 1, 100_000),
    ),
    models: orNull(flags.text('default-models'), 'all', (text) => parseModels('--default-models', text)),
    expiresInMs: orNull(flags.text('default-expires'), 'never', (text) => parseDuration('--default-expires', text)),
    policy: rotateEveryDays === undefined ? undefined : { rotateEveryDays },
  };
  return Object.values(defaults).every((value) => value === undefined) ? undefined : defaults;
}

function parseAlias(text: string): readonly [string, string | null] {
  const [, name = '', model = ''] = /^([^=]+)=(.*)$/.exec(text) ?? [];
  if (name.trim() === '') throw new UsageError(`--alias takes NAME=MODEL, such as fast=qwen3-8b, not "${text}".`);
  return [name.trim(), model.trim() === '' ? null : model.trim()];
}

// Single values held against the schema: one at a time, so that a bad one takes no other with it. Reads and writes
// nothing.

import { KeyhatchError } from '../../shared/errors.ts';
import {
  type SettingName,
  type Settings,
  settingNames,
  settingsSchema,
  settingsWhenDamaged,
} from '../../shared/settings.ts';

export type CheckedSettings = {
  readonly settings: Settings;
  /** Why a value was not taken and what stands in for it, for people. */
  readonly problems: ReadonlyMap<SettingName, string>;
};

/** What the file's content comes to: each good value, the default for each that is missing, and for a bad one that or less. */
export function checkSettings(raw: Readonly<Record<string, unknown>>): CheckedSettings {
  const problems = new Map<SettingName, string>();
  const good: Record<string, unknown> = {};
  for (const name of settingNames) {
    if (!Object.hasOwn(raw, name)) continue;
    const checked = settingsSchema.shape[name].safeParse(raw[name]);
    if (checked.success) good[name] = checked.data;
    else {
      const closed = settingsWhenDamaged[name];
      if (closed !== undefined) good[name] = closed;
      const instead = closed === undefined ? 'its default is used' : `${JSON.stringify(closed)} is used instead`;
      problems.set(name, `${name} in the settings file is not usable, ${instead}: ${reasonOf(checked.error)}.`);
    }
  }
  return { settings: settingsSchema.parse(good), problems };
}

/** @throws KeyhatchError `setting_unknown` */
export function settingNameOf(name: string): SettingName {
  if (Object.hasOwn(settingsSchema.shape, name)) return name as SettingName;
  throw new KeyhatchError('setting_unknown', { details: { name } });
}

/**
 * The value as it is kept.
 *
 * @throws KeyhatchError `setting_invalid`
 */
export function checkSetting<Name extends SettingName>(name: Name, value: unknown): Settings[Name] {
  // The schema would take undefined for "the default".
  if (value === undefined) throw new KeyhatchError('setting_invalid', { details: { name, reason: 'it has no value' } });
  const checked = settingsSchema.shape[name].safeParse(value);
  if (checked.success) return checked.data as Settings[Name];
  throw new KeyhatchError('setting_invalid', { details: { name, reason: reasonOf(checked.error) } });
}

type Fault = {
  readonly issues: readonly {
    readonly path: readonly PropertyKey[];
    readonly message: string;
    readonly code?: string | undefined;
    readonly origin?: string;
    readonly maximum?: number | bigint;
    readonly minimum?: number | bigint;
  }[];
};

function reasonOf({ issues }: Fault): string {
  const [issue] = issues;
  if (issue === undefined) return 'is not valid';
  const where = issue.path.map((step) => (typeof step === 'number' ? `entry ${step + 1}` : String(step))).join(', ');
  return [where, wordsOf(issue)].filter((part) => part !== '').join(': ');
}

// What people type wrong most, in their words.
function wordsOf(issue: Fault['issues'][number]): string {
  if (issue.origin === 'number' || issue.origin === 'int') {
    if (issue.code === 'too_big') return `it is at most ${issue.maximum}`;
    if (issue.code === 'too_small') return `it is at least ${issue.minimum}`;
  }
  return issue.message.replace(/^Invalid input: |\.$/g, '');
}

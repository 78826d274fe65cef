// Every step of settings.json, oldest first, in tens. Forward only: a new step is a new file, with a fixture and a test.

import { version10 } from './migrations/0010-version.ts';

export type RawSettings = Readonly<Record<string, unknown>>;

export type SettingsMigration = {
  /** The version that the step arrives at; the field `version` itself is set afterwards. */
  readonly version: number;
  readonly up: (raw: RawSettings) => RawSettings;
};

export const settingsMigrations: readonly SettingsMigration[] = [version10];

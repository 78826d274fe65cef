// Looks at settings.json before conf or electron-store does: refuses what is damaged or from the future untouched and
// brings an older file up to date. Writes nothing else; single settings are written through the store.

import {
  closeSync,
  copyFileSync,
  fsyncSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { KeyhatchError } from '../../shared/errors.ts';
import { settingsVersion } from '../../shared/settings.ts';
import type { Log } from '../lib/log.ts';
import { type RawSettings, type SettingsMigration, settingsMigrations } from './settings-migrations.ts';

/**
 * The content of the settings file at this program's version; empty when there is no file. Values are not checked.
 *
 * @throws KeyhatchError `profile_damaged`, `profile_from_future`; the file is then as it was
 */
export function readSettingsFile(options: {
  readonly file: string;
  readonly log: Log;
  readonly version?: number;
  readonly migrations?: readonly SettingsMigration[];
}): RawSettings {
  const { file, log, version: known = settingsVersion, migrations = settingsMigrations } = options;
  try {
    const text = readIfThere(file);
    if (text === undefined) return {};
    const raw = parseObject(file, text);
    const found = versionOf(file, raw);
    if (found > known) throw new KeyhatchError('profile_from_future', { details: { file, found, known } });
    if (found === known) return raw;
    const migrated = runSteps(raw, found, known, migrations);
    const copy = `${file}.${found}.bak`;
    copyFileSync(file, copy);
    replaceFile(file, `${JSON.stringify(migrated, undefined, '\t')}\n`);
    log.info('the settings were brought up to date; a copy of the old ones was kept', { from: found, to: known, copy });
    return migrated;
  } catch (error) {
    throw readingError(file, error);
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseObject(file: string, text: string): RawSettings {
  let content: unknown;
  try {
    // Windows editors put a byte order mark before a text.
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw damaged(file, 'it is not JSON', error);
  }
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content as RawSettings;
  throw damaged(file, 'it is not a JSON object');
}

function versionOf(file: string, raw: RawSettings): number {
  const version = raw.version ?? 0;
  if (typeof version === 'number' && Number.isInteger(version) && version >= 0) return version;
  throw damaged(file, 'its "version" is not a whole number');
}

function runSteps(
  raw: RawSettings,
  found: number,
  known: number,
  migrations: readonly SettingsMigration[],
): RawSettings {
  const due = migrations.filter((step) => step.version > found).sort((a, b) => a.version - b.version);
  return { ...due.reduce((content, step) => step.up(content), raw), version: known };
}

// A crash leaves the old file or the new one, never half of one.
function replaceFile(file: string, text: string): void {
  // A settings file may be a link into somebody's dotfiles: the file is replaced, not the link.
  const target = realpathSync(file);
  const unfinished = `${target}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, target);
}

function damaged(file: string, reason: string, cause?: unknown): KeyhatchError {
  return new KeyhatchError('profile_damaged', { details: { file, reason }, cause });
}

function readingError(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error)) return error;
  return damaged(file, error.message, error);
}

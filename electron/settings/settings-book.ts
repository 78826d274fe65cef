// The settings of this run: what the file says, with the command line's flags on top, as one frozen snapshot that every
// request reads. Only `set` writes, and only the one name.

import { isDeepStrictEqual } from 'node:util';
import { KeyhatchError } from '../../shared/errors.ts';
import type { SettingView } from '../../shared/model.ts';
import { type SettingName, type Settings, settingAbout, settingNames, settingsVersion } from '../../shared/settings.ts';
import { createEventHub } from '../lib/event-hub.ts';
import type { Log } from '../lib/log.ts';
import type { SettingsStore } from '../lib/settings-store.ts';
import { checkSetting, checkSettings, settingNameOf } from './setting-values.ts';
import { readSettingsFile } from './settings-file.ts';

export type SettingsBook = {
  /** The same frozen object until something changes. */
  readonly get: () => Settings;
  /** @throws KeyhatchError `setting_unknown` */
  readonly view: (name: string) => SettingView;
  readonly list: () => SettingView[];
  /**
   * Checks and writes one setting.
   *
   * @throws KeyhatchError `setting_unknown`, `setting_invalid`, `setting_set_by_flag`
   */
  readonly set: (name: string, value: unknown) => SettingView;
  /** What is kept and is not as it comes; without the flags of this run. */
  readonly kept: () => Partial<Settings>;
  /**
   * Keeps these values, whatever the flags of this run say; what cannot be used is left out.
   * @param others whether all other settings go back to how they come
   */
  readonly takeOver: (values: Readonly<Record<string, unknown>>, others: 'reset' | 'stay') => void;
  /** What would be kept after that. */
  readonly wouldBe: (values: Readonly<Record<string, unknown>>, others: 'reset' | 'stay') => Settings;
  /** Values of the file that were not taken, one sentence each. */
  readonly problems: () => readonly string[];
  /** Told which settings have another value than before, until the returned function is called. */
  readonly onChange: (listener: (names: readonly SettingName[]) => void) => () => void;
};

/**
 * Reads the settings file, and only then opens the store: conf throws on a damaged file and writes over one that is not
 * an object.
 *
 * @param flags what the command line says for this run; never written
 * @throws KeyhatchError `profile_damaged`, `profile_from_future`; for a flag also `setting_unknown`, `setting_invalid`
 */
export function openSettings(options: {
  readonly file: string;
  readonly openStore: () => SettingsStore;
  readonly flags: Partial<Settings>;
  readonly log: Log;
}): SettingsBook {
  const { file, openStore, log } = options;
  const flags = checkFlags(options.flags);
  const checked = checkSettings(readSettingsFile({ file, log }));
  const problems = new Map(checked.problems);
  for (const problem of problems.values()) log.warn(problem);
  const defaults = checkSettings({}).settings;
  const store = openStore();
  const changes = createEventHub<{ changed: readonly SettingName[] }>((error) =>
    log.error('a listener to changed settings failed', { error }),
  );
  let kept: Settings = checked.settings;
  let snapshot = deepFreeze({ ...kept, ...flags });

  const isUsual = (name: string, value: unknown) => isDeepStrictEqual(value, defaults[name as SettingName]);

  const view = (name: SettingName): SettingView => ({
    name,
    value: snapshot[name],
    default: defaults[name],
    about: settingAbout[name],
    setByFlag: Object.hasOwn(flags, name),
  });

  function write(name: SettingName, value: Settings[SettingName]): void {
    try {
      const kept = store.store;
      // First, so that no file with a value of this version lacks the version.
      if (kept.version !== settingsVersion) store.set('version', settingsVersion);
      if (!isDeepStrictEqual(kept[name], value)) store.set(name, value);
    } catch (error) {
      // Somebody edited the file meanwhile: the store reads it anew before it writes.
      if (!(error instanceof SyntaxError)) throw error;
      throw new KeyhatchError('profile_damaged', { details: { file, reason: 'it is not JSON' }, cause: error });
    }
    problems.delete(name);
  }

  const wouldBe: SettingsBook['wouldBe'] = (values, others) =>
    checkSettings(others === 'reset' ? values : { ...kept, ...values }).settings;

  return {
    get: () => snapshot,
    view: (name) => view(settingNameOf(name)),
    list: () => settingNames.map(view),
    set(givenName, givenValue) {
      const name = settingNameOf(givenName);
      if (Object.hasOwn(flags, name)) throw new KeyhatchError('setting_set_by_flag', { details: { name } });
      const value = checkSetting(name, givenValue);
      write(name, value);
      kept = { ...kept, [name]: value };
      if (!isDeepStrictEqual(snapshot[name], value)) {
        snapshot = deepFreeze({ ...snapshot, [name]: structuredClone(value) });
        changes.emit('changed', [name]);
      }
      return view(name);
    },
    kept: () => Object.fromEntries(Object.entries(kept).filter(([name, value]) => !isUsual(name, value))),
    wouldBe,
    takeOver(values, others) {
      const taken = wouldBe(values, others);
      for (const name of settingNames) {
        if (isDeepStrictEqual(kept[name], taken[name])) continue;
        if (isUsual(name, taken[name])) store.delete(name);
        else write(name, taken[name]);
      }
      kept = taken;
      const before = snapshot;
      snapshot = deepFreeze({ ...structuredClone(kept), ...flags });
      const changed = settingNames.filter((name) => !isDeepStrictEqual(before[name], snapshot[name]));
      if (changed.length > 0) changes.emit('changed', changed);
    },
    problems: () => [...problems.values()],
    onChange: (listener) => changes.on('changed', listener),
  };
}

function checkFlags(flags: Partial<Settings>): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [name, checkSetting(settingNameOf(name), value)]),
  );
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

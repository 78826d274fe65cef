// What is looked at before any store opens the file: damage, the future, older versions.

import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { checkSettings } from '../../../electron/settings/setting-values.ts';
import { readSettingsFile } from '../../../electron/settings/settings-file.ts';
import { type SettingsMigration, settingsMigrations } from '../../../electron/settings/settings-migrations.ts';
import { settingNames, settingsVersion } from '../../../shared/settings.ts';
import { settingsFolder } from './fixtures/open-folder.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');
const read = (file: string) => readSettingsFile({ file, log: silentLog });

const renamePort: SettingsMigration = {
  version: 20,
  up: ({ 'server.port': port, ...rest }) => ({ ...rest, 'server.ports': [port] }),
};

test('no file is no settings, and none is made', () => {
  const { dir, file, open } = settingsFolder();
  expect(read(file)).toEqual({});
  expect(open().get()['server.port']).toBe(1235);
  expect(readdirSync(dir)).toEqual([]);
});

test.each([
  ['not JSON', 'server.port = 1235'],
  ['cut short', '{ "version": 10, "server.port": 12'],
  ['empty', ''],
  ['a list', '[1]'],
  ['a text', '"settings"'],
  ['null', 'null'],
  ['of a version that is no number', '{ "version": "ten" }'],
  ['of a negative version', '{ "version": -10 }'],
])('a file that is %s is called damaged and stays as it was', (_what, content) => {
  const { dir, file, text, open } = settingsFolder(content);
  expect(() => read(file)).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(() => open()).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(text()).toBe(content);
  expect(readdirSync(dir)).toEqual(['settings.json']);
});

test('a folder in its place is called damaged', () => {
  const { file } = settingsFolder();
  mkdirSync(file);
  expect(() => read(file)).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
});

test('a file from the future is refused and stays as it was, byte for byte', () => {
  const content = '{ "version": 20,   "server.port": "of another kind" }';
  const { dir, file, text, open } = settingsFolder(content);
  expect(() => open()).toThrow(
    expect.objectContaining({ code: 'profile_from_future', details: { file, found: 20, known: 10 } }),
  );
  expect(text()).toBe(content);
  expect(readdirSync(dir)).toEqual(['settings.json']);
});

test('a byte order mark, as Windows editors write it, is no damage', () => {
  const { open } = settingsFolder('\uFEFF{ "version": 10, "server.port": 1300 }');
  const settings = open();
  expect(settings.get()['server.port']).toBe(1300);
  settings.set('server.port', 1301);
  expect(open().get()['server.port']).toBe(1301);
});

test('steps go up in tens and end at the version that this program writes', () => {
  expect(settingsMigrations.map((step) => step.version)).toEqual(settingsMigrations.map((_step, at) => (at + 1) * 10));
  expect(settingsMigrations.at(-1)?.version).toBe(settingsVersion);
});

test('step 10 numbers a file that was written by hand and keeps all that is in it', () => {
  const { file, json } = settingsFolder(fixture('settings-0.json'));
  const expected = { version: 10, 'server.port': 4321, 'server.hosts': ['0.0.0.0'], 'server.port2': 'kept' };
  expect(read(file)).toEqual(expected);
  expect(json()).toEqual(expected);
  expect(readFileSync(`${file}.0.bak`, 'utf8')).toBe(fixture('settings-0.json'));
});

test('a file of version 10 is taken whole and not written', () => {
  const { dir, file, text } = settingsFolder(fixture('settings-10.json'));
  const { settings, problems } = checkSettings(read(file));
  expect([...problems]).toEqual([]);
  // With the defaults of what was added since.
  expect({ version: 10, ...settings }).toEqual({ ...JSON.parse(fixture('settings-10.json')), 'usage.hourlyDays': 365 });
  expect(Object.keys(settings).sort()).toEqual([...settingNames].sort());
  expect(text()).toBe(fixture('settings-10.json'));
  expect(readdirSync(dir)).toEqual(['settings.json']);
});

test('every step that is due runs, on raw JSON, and the old file is kept beside the new one', () => {
  const { dir, file, json } = settingsFolder({ 'server.port': 'raw', other: 1 });
  const migrations = [renamePort, ...settingsMigrations];
  const content = readSettingsFile({ file, log: silentLog, version: 20, migrations });
  expect(content).toEqual({ version: 20, 'server.ports': ['raw'], other: 1 });
  expect(json()).toEqual(content);
  expect(readdirSync(dir).sort()).toEqual(['settings.json', 'settings.json.0.bak']);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a step that fails leaves the file as it was', () => {
  const { file, json } = settingsFolder({ version: 10, 'server.port': 1 });
  const migrations: SettingsMigration[] = [
    {
      version: 20,
      up: () => {
        throw new Error('bug');
      },
    },
  ];
  expect(() => readSettingsFile({ file, log: silentLog, version: 20, migrations })).toThrow('bug');
  expect(json()).toEqual({ version: 10, 'server.port': 1 });
});

test.skipIf(process.platform === 'win32')('a settings file that is a link stays one', () => {
  const { dir, file } = settingsFolder({ 'server.port': 1300 });
  renameSync(file, join(dir, 'dotfile.json'));
  symlinkSync(join(dir, 'dotfile.json'), file);
  read(file);
  expect(lstatSync(file).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(join(dir, 'dotfile.json'), 'utf8'))).toEqual({ version: 10, 'server.port': 1300 });
});

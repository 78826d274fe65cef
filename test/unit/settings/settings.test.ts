// Settings over a real conf and a real file: defaults, bad values, flags, changes.

import { existsSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { settingView } from '../../../shared/model.ts';
import { type SettingName, settingNames, settingsSchema } from '../../../shared/settings.ts';
import { settingsFolder } from './fixtures/open-folder.ts';

test('without a file everything has its default', () => {
  const settings = settingsFolder().open();
  expect(settings.get()).toEqual(settingsSchema.parse({}));
  expect(settings.problems()).toEqual([]);
  expect(settings.list().map(({ name }) => name)).toEqual(settingNames);
  for (const view of settings.list()) expect(settingView.parse(view)).toMatchObject({ setByFlag: false });
});

test('what is set is there at once and after a restart, alone in the file with the version', () => {
  const { open, json } = settingsFolder();
  const settings = open();
  expect(settings.set('server.port', 1300)).toMatchObject({ name: 'server.port', value: 1300, default: 1235 });
  settings.set('server.hosts', ['0.0.0.0']);
  expect(settings.get()['server.port']).toBe(1300);
  expect(json()).toEqual({ version: 10, 'server.port': 1300, 'server.hosts': ['0.0.0.0'] });
  expect(open().get()).toEqual(settings.get());
});

test('a bad value falls back alone, is told, and stays in the file until it is set', () => {
  const content = {
    version: 10,
    'server.port': '1300',
    'cors.mode': 'some',
    'server.hosts': ['0.0.0.0', '???'],
    'usage.retentionDays': 7,
  };
  const { open, json } = settingsFolder(content);
  const settings = open();
  expect(settings.get()).toEqual({ ...settingsSchema.parse({}), 'usage.retentionDays': 7 });
  expect(settings.problems()).toEqual([
    'server.hosts in the settings file is not usable, its default is used: entry 2: is not a host name or address.',
    'server.port in the settings file is not usable, its default is used: expected number, received string.',
    expect.stringMatching(/^cors\.mode in the settings file .*off.*list.*any/),
  ]);
  expect(json()).toEqual(content);

  settings.set('usage.retentionDays', 8);
  expect(json()).toEqual({ ...content, 'usage.retentionDays': 8 });
  // The default itself, so that the value in use does not change: it must be written all the same.
  settings.set('server.port', 1235);
  expect(json()).toEqual({ ...content, 'usage.retentionDays': 8, 'server.port': 1235 });
  expect(settings.problems()).toHaveLength(2);
  expect(open().problems()).toHaveLength(2);
});

test('defaults of new keys that cannot be read give less than usual, not more', () => {
  const { open } = settingsFolder({
    version: 10,
    'keys.defaultOperations': ['models:list', 'caht'],
    'keys.defaultExpiresDays': '30d',
  });
  const settings = open();
  expect(settings.get()).toMatchObject({
    'keys.defaultOperations': ['models:list'],
    'keys.defaultExpiresDays': 1,
  });
  expect(settings.problems()).toEqual([
    expect.stringContaining(
      'keys.defaultOperations in the settings file is not usable, ["models:list"] is used instead:',
    ),
    expect.stringContaining('keys.defaultExpiresDays in the settings file is not usable, 1 is used instead:'),
  ]);
});

test('names that are not known are kept as they are', () => {
  const content = { version: 10, 'of.another': { version: 1 } };
  const { open, json } = settingsFolder(content);
  open().set('server.port', 1300);
  expect(json()).toEqual({ ...content, 'server.port': 1300 });
});

test.each(['server.prot', 'constructor', '__proto__', 'version', ''])('%j is no setting', (name) => {
  const settings = settingsFolder().open();
  expect(() => settings.view(name)).toThrow(expect.objectContaining({ code: 'setting_unknown' }));
  expect(() => settings.set(name, 1)).toThrow(expect.objectContaining({ code: 'setting_unknown' }));
});

test.each<[SettingName, unknown, string]>([
  ['server.port', 65536, 'it is at most 65535'],
  ['server.port', undefined, 'it has no value'],
  ['server.hosts', [], 'Too small'],
  ['access.requireKey', 'no', 'expected boolean, received string'],
  ['upstreams.list', [{ id: 'a', name: 'A', url: 'nowhere', kind: 'ollama' }], 'entry 1, url: Invalid URL'],
])('%s does not take %j', (name, value, reason) => {
  const { open, file } = settingsFolder();
  const settings = open();
  const before = settings.get();
  expect(() => settings.set(name, value)).toThrow(
    expect.objectContaining({
      code: 'setting_invalid',
      message: expect.stringContaining(`${name} cannot be set to that: ${reason}`),
    }),
  );
  expect(settings.get()).toBe(before);
  expect(existsSync(file)).toBe(false);
});

test('a flag goes before the file for this run, cannot be set and is never written', () => {
  const { open, json } = settingsFolder({ version: 10, 'server.port': 1300 });
  const settings = open({ 'server.port': 0 });
  expect(settings.get()['server.port']).toBe(0);
  expect(settings.view('server.port')).toMatchObject({ value: 0, default: 1235, setByFlag: true });
  expect(settings.view('server.hosts').setByFlag).toBe(false);
  expect(() => settings.set('server.port', 1301)).toThrow(expect.objectContaining({ code: 'setting_set_by_flag' }));
  settings.set('usage.retentionDays', 9);
  expect(json()).toEqual({ version: 10, 'server.port': 1300, 'usage.retentionDays': 9 });
  expect(open().get()['server.port']).toBe(1300);
});

test('a flag is checked like any other value', () => {
  const { open } = settingsFolder();
  expect(() => open({ 'server.port': -1 })).toThrow(expect.objectContaining({ code: 'setting_invalid' }));
});

test('the snapshot is frozen to its depth and the same object until a value changes', () => {
  const settings = settingsFolder().open();
  const before = settings.get();
  expect(Object.isFrozen(before)).toBe(true);
  expect(Object.isFrozen(before['server.hosts'])).toBe(true);
  settings.set('server.port', before['server.port']);
  expect(settings.get()).toBe(before);
  const hosts = ['0.0.0.0'];
  settings.set('server.hosts', hosts);
  hosts.push('later');
  expect(settings.get()).not.toBe(before);
  expect(settings.get()['server.hosts']).toEqual(['0.0.0.0']);
  expect(before['server.hosts']).toEqual(['127.0.0.1']);
});

test('listeners hear which setting changed, after it did, and only when it did', () => {
  const settings = settingsFolder().open();
  const heard: unknown[] = [];
  settings.onChange(() => {
    throw new Error('listener');
  });
  const off = settings.onChange((names) => heard.push([names, settings.get()['server.port']]));
  settings.set('server.port', 1300);
  settings.set('server.port', 1300);
  off();
  settings.set('server.port', 1301);
  expect(heard).toEqual([[['server.port'], 1300]]);
});

test('a file that somebody damages meanwhile is not written over', () => {
  const { open, file, text } = settingsFolder({ version: 10 });
  const settings = open();
  writeFileSync(file, '{ half');
  expect(() => settings.set('server.port', 1300)).toThrow(expect.objectContaining({ code: 'profile_damaged' }));
  expect(text()).toBe('{ half');
  expect(settings.get()['server.port']).toBe(1235);
});

test('what somebody writes into the file meanwhile survives the next setting', () => {
  const { open, file, json } = settingsFolder({ version: 10 });
  const settings = open();
  writeFileSync(file, '{ "version": 10, "usage.retentionDays": 3 }');
  settings.set('server.port', 1300);
  expect(json()).toEqual({ version: 10, 'usage.retentionDays': 3, 'server.port': 1300 });
});

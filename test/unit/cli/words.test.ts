// The small readers and writers of the command line: durations, times, guesses, tables, folders.

import { expect, test } from 'vitest';
import { chooseDataDir, defaultDataDir } from '../../../electron/cli/data-dir.ts';
import { didYouMean } from '../../../electron/cli/did-you-mean.ts';
import { parseDuration } from '../../../electron/cli/flag-values.ts';
import { relativeTime } from '../../../electron/cli/relative-time.ts';
import { textTable } from '../../../electron/cli/text-table.ts';
import { day, hour, minute } from './fake-instance.ts';

test.each([
  ['30d', 30 * day],
  ['12h', 12 * hour],
  ['90m', 90 * minute],
  ['45s', 45_000],
  ['2w', 14 * day],
  ['0s', 0],
])('duration %s', (text, ms) => {
  expect(parseDuration('--expires', text)).toBe(ms);
});

test.each(['30', 'd', '-1d', '1.5h', '1y', '30 days', '', '99999999d', '1d12h'])('duration %j is refused', (text) => {
  expect(() => parseDuration('--expires', text)).toThrow(/^--expires takes /);
});

test.each([
  [-3 * hour, '3 h ago'],
  [-59 * minute - 59_999, '59 min ago'],
  [-1, 'now'],
  [0, 'now'],
  [59_000, 'now'],
  [59_999, 'in 1 min'],
  [29 * day + hour, 'in 29 d'],
  [30 * day - 1, 'in 30 d'],
  [-400 * day, '400 d ago'],
])('time %d ms away', (distanceMs, text) => {
  expect(relativeTime(1e12 + distanceMs, 1e12)).toBe(text);
});

test.each([
  ['kyes', ' Did you mean "keys"?'],
  ['stauts', ' Did you mean "status"?'],
  ['KEYS', ' Did you mean "keys"?'],
  ['frobnicate', ''],
  ['x', ''],
])('guess for %s', (word, guess) => {
  expect(didYouMean(word, ['keys', 'upstreams', 'settings', 'usage', 'status', 'detect'])).toBe(guess);
});

test('tables-align-wide-characters-and-end-no-line-in-blanks', () => {
  const columns = [
    { title: 'NAME', cell: (row: readonly string[]) => row[0] ?? '' },
    { title: 'N', cell: (row: readonly string[]) => row[1] ?? '', align: 'right' as const },
    { title: 'REST', cell: (row: readonly string[]) => row[2] ?? '' },
  ];
  const rows = [
    ['日本', '7', ''],
    ['a', '100', 'b'],
  ];
  expect(textTable(columns, rows)).toBe(['NAME    N  REST', '日本    7', 'a     100  b'].join('\n'));
});

test.each([
  ['linux', {}, '/home/ada/.config/Keyhatch'],
  ['linux', { XDG_CONFIG_HOME: '/xdg' }, '/xdg/Keyhatch'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/ada/.config/Keyhatch'],
  ['darwin', {}, '/home/ada/Library/Application Support/Keyhatch'],
  ['win32', { APPDATA: 'C:\\Users\\ada\\AppData\\Roaming' }, 'C:\\Users\\ada\\AppData\\Roaming\\Keyhatch'],
] as const)('profile on %s with %j', (platform, env, dir) => {
  expect(defaultDataDir({ platform, env, homeDir: '/home/ada' })).toBe(dir);
});

test('a-relative-profile-folder-becomes-absolute', () => {
  const place = { platform: 'linux', env: {}, homeDir: '/home/ada' } as const;
  expect(chooseDataDir('profile', place)).toBe(`${process.cwd()}/profile`);
});

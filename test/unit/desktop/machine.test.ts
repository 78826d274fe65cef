// What the desktop app does to the machine around it, without Electron: command lines, autostart file, the installed
// command, the clipboard, what the window remembers, when a key's refusals are worth a word.

import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { autostartFile, autostartText, followByAutostartFile } from '../../../electron/desktop/autostart-file.ts';
import { createCommandLineInstall, scriptText } from '../../../electron/desktop/command-line-install.ts';
import {
  commandLineCommand,
  commandLineWords,
  ownCommand,
  startsHidden,
} from '../../../electron/desktop/launch-words.ts';
import { createRefusalWatch } from '../../../electron/desktop/refusal-watch.ts';
import { createSecretClipboard } from '../../../electron/desktop/secret-clipboard.ts';
import { openWindowMemory } from '../../../electron/desktop/window-memory.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { RequestView } from '../../../shared/usage-model.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyhatch-desktop-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the words of a launch', () => {
  test('are the command line’s after --cli and --, and only there', () => {
    expect(commandLineWords(['/app', '--cli', '--', 'keys', 'list'])).toEqual(['keys', 'list']);
    expect(commandLineWords(['/electron', '/repo', '--cli', '--'])).toEqual([]);
    expect(commandLineWords(['/app', '--cli', 'keys'])).toBeUndefined();
    expect(commandLineWords(['/app', '--', '--cli'])).toBeUndefined();
    expect(commandLineWords(['/app', '--hidden'])).toBeUndefined();
  });

  test('hide the window when they say so', () => {
    expect(startsHidden(['/app', '--hidden'])).toBe(true);
    expect(startsHidden(['/app'])).toBe(false);
  });

  test('start the program again: packed, from an AppImage, from a checkout', () => {
    const own = { execPath: '/opt/Keyhatch/keyhatch', appPath: '/repo', isPackaged: true, env: {} };
    expect(ownCommand(own)).toEqual(['/opt/Keyhatch/keyhatch']);
    const mounted = { ...own, execPath: '/tmp/.mount_KeyhAb/keyhatch' };
    for (const APPDIR of ['/tmp/.mount_KeyhAb', '/tmp/.mount_KeyhAb/']) {
      const env = { APPIMAGE: '/home/a/K.AppImage', APPDIR };
      expect(ownCommand({ ...mounted, env })).toEqual(['/home/a/K.AppImage']);
      expect(ownCommand({ ...mounted, env, isPackaged: false })).toEqual([mounted.execPath, '/repo']);
    }
    expect(commandLineCommand({ ...own, isPackaged: false })).toEqual([own.execPath, '/repo', '--cli', '--']);
  });
});

describe('what names an AppImage is not believed', () => {
  const own = { execPath: '/opt/Keyhatch/keyhatch', appPath: '/repo', isPackaged: true };
  test.each([
    ['that has no mount', { APPIMAGE: '/home/a/Terminal.AppImage' }],
    ['that has an empty mount', { APPIMAGE: '/home/a/Terminal.AppImage', APPDIR: '' }],
    [
      'that is another one, whose terminal we were started in',
      { APPIMAGE: '/home/a/T.AppImage', APPDIR: '/tmp/.mount_T' },
    ],
    ['whose mount only begins like our folder', { APPIMAGE: '/home/a/T.AppImage', APPDIR: '/opt/Key' }],
    ['that has no file', { APPDIR: '/opt/Keyhatch' }],
  ])('%s', (_which, env) => {
    expect(ownCommand({ ...own, env })).toEqual(['/opt/Keyhatch/keyhatch']);
  });
});

describe('the autostart file', () => {
  test('is written, kept and removed where the desktop looks for it', async () => {
    const place = { env: { XDG_CONFIG_HOME: join(folder, 'config') }, homeDir: '/nowhere', command: ['/opt/k'] };
    const file = autostartFile(place);
    expect(file).toBe(join(folder, 'config/autostart/keyhatch.desktop'));
    await followByAutostartFile(true, place);
    expect(await readFile(file, 'utf8')).toContain('Exec=/opt/k --hidden\n');
    await followByAutostartFile(false, place);
    await followByAutostartFile(false, place);
    await expect(stat(file)).rejects.toThrow('ENOENT');
  });

  test('lies in ~/.config unless told', () => {
    expect(autostartFile({ env: {}, homeDir: '/home/a' })).toBe('/home/a/.config/autostart/keyhatch.desktop');
  });

  test('quotes a program as the specification wants it', () => {
    expect(autostartText(['/home/a b/K%$`"\\.AppImage', '--hidden'])).toContain(
      'Exec="/home/a b/K%%\\\\$\\\\`\\\\"\\\\\\\\.AppImage" --hidden\n',
    );
  });
});

describe('the installed command', () => {
  const place = (more = {}) => ({
    platform: 'linux' as const,
    env: {},
    homeDir: folder,
    command: ["/opt/it's/keyhatch", '--cli', '--'],
    ...more,
  });

  test('is a program that calls ours, and says that it is there', async () => {
    const install = createCommandLineInstall(place());
    const path = join(folder, '.local/bin/keyhatch');
    expect(await install.facts()).toEqual({ installed: false, path });
    await install.install();
    expect(await install.facts()).toEqual({ installed: true, path });
    expect(await readFile(path, 'utf8')).toContain(`exec '/opt/it'\\''s/keyhatch' '--cli' '--' "$@"\n`);
    expect((await stat(path)).mode & 0o777).toBe(0o755);
  });

  test('is written anew after the app has moved, but never over somebody else’s', async () => {
    await createCommandLineInstall(place({ command: ['/old'] })).install();
    const install = createCommandLineInstall(place());
    const { installed, path } = await install.facts();
    expect(installed).toBe(false);
    await install.install();
    expect((await install.facts()).installed).toBe(true);
    await writeFile(path, '#!/bin/sh\necho theirs\n');
    await expect(install.install()).rejects.toMatchObject({ code: 'input_invalid' });
    expect(await readFile(path, 'utf8')).toContain('theirs');
    await chmod(path, 0o755);
  });

  test('on Windows is a .cmd whose path needs no letters of an old code page', () => {
    const env = { LOCALAPPDATA: 'C:\\Users\\Jörg\\AppData\\Local' };
    const command = ['C:\\Users\\Jörg\\AppData\\Local\\Programs\\100%\\Keyhatch.exe', '--cli', '--'];
    expect(scriptText({ platform: 'win32', env, command })).toContain(
      '"%LOCALAPPDATA%\\Programs\\100%%\\Keyhatch.exe" "--cli" "--" %*\r\n',
    );
  });
});

describe('a copied secret', () => {
  function setUp(setting: Settings['desktop.clearClipboard'] = 'auto', platform: NodeJS.Platform = 'linux') {
    const board = { text: '' };
    const secrets = createSecretClipboard({
      clipboard: {
        readText: async () => board.text,
        writeText: async (text) => {
          board.text = text;
        },
        clear: () => {
          board.text = '';
        },
      },
      platform,
      setting: () => setting,
      clearsAfterMs: 60_000,
      log: silentLog,
    });
    return { board, secrets };
  }
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test('is taken away after its time', async () => {
    const { board, secrets } = setUp();
    expect(await secrets.copy('kh_a')).toEqual({ clearsAfterMs: 60_000 });
    await vi.advanceTimersByTimeAsync(59_999);
    expect(board.text).toBe('kh_a');
    await vi.advanceTimersByTimeAsync(1);
    expect(board.text).toBe('');
  });

  test('has a time of its own when another one was copied before', async () => {
    const { board, secrets } = setUp();
    await secrets.copy('kh_a');
    await vi.advanceTimersByTimeAsync(40_000);
    await secrets.copy('kh_b');
    await vi.advanceTimersByTimeAsync(40_000);
    expect(board.text).toBe('kh_b');
  });

  test('leaves alone what was copied after it, and goes when the app ends', async () => {
    const { board, secrets } = setUp('on');
    await secrets.copy('kh_a');
    board.text = 'something else';
    await secrets.clear();
    expect(board.text).toBe('something else');
    await secrets.copy('kh_a');
    await secrets.clear();
    expect(board.text).toBe('');
  });

  test('stays where the setting or the system says so', async () => {
    for (const { board, secrets } of [setUp('off'), setUp('auto', 'darwin')]) {
      expect(await secrets.copy('kh_a')).toEqual({ clearsAfterMs: null });
      await vi.advanceTimersByTimeAsync(120_000);
      await secrets.clear();
      expect(board.text).toBe('kh_a');
    }
    expect((await setUp('on', 'darwin').secrets.copy('kh_a')).clearsAfterMs).toBe(60_000);
  });
});

describe('refusals of one key', () => {
  const minuteMs = 60_000;
  const refusal = (endedAt: number, more: Partial<RequestView> = {}) =>
    ({ keyId: 'k', keyName: 'Editor', outcome: 'refused', endedAt, ...more }) as RequestView;
  const refusals = (count: number, from = 0, more = {}) =>
    Array.from({ length: count }, (_, index) => refusal(from + index, more));

  test('are worth a word at the twentieth in five minutes, and again after an hour', () => {
    const watch = createRefusalWatch();
    expect(watch(refusals(19))).toEqual([]);
    expect(watch(refusals(1, 100))).toEqual([{ keyId: 'k', name: 'Editor', count: 20 }]);
    expect(watch(refusals(40, 10 * minuteMs))).toEqual([]);
    expect(watch(refusals(20, 61 * minuteMs))).toHaveLength(1);
  });

  test('are not when they are spread out, of several keys, of nobody, or no refusals', () => {
    const watch = createRefusalWatch();
    const spread = Array.from({ length: 40 }, (_, index) => refusal(index * minuteMs));
    expect(watch(spread)).toEqual([]);
    expect(watch([...refusals(15, 0, { keyId: 'a' }), ...refusals(15, 0, { keyId: 'b' })])).toEqual([]);
    expect(watch(refusals(40, 0, { keyId: null }))).toEqual([]);
    expect(watch(refusals(40, 0, { outcome: 'ok' }))).toEqual([]);
  });
});

describe('the window', () => {
  test('remembers its size and what was said, and takes no nonsense', async () => {
    const memory = openWindowMemory(folder, silentLog);
    expect(memory.get()).toEqual({ width: 1180, height: 800, saidStillRunning: false, saidReminders: [] });
    memory.keep({ width: 900, height: 600 });
    memory.keep({ saidStillRunning: true });
    expect(openWindowMemory(folder, silentLog).get()).toEqual({
      width: 900,
      height: 600,
      saidStillRunning: true,
      saidReminders: [],
    });
    expect([memory.sayOnce('rotate-a'), memory.sayOnce('rotate-a'), memory.sayOnce('rotate-b')]).toEqual([
      true,
      false,
      true,
    ]);
    expect(openWindowMemory(folder, silentLog).sayOnce('rotate-b')).toBe(false);
    await writeFile(join(folder, 'window.json'), '{"width":3,"height":"tall","saidStillRunning":1}');
    expect(openWindowMemory(folder, silentLog).get()).toEqual({
      width: 1180,
      height: 800,
      saidStillRunning: false,
      saidReminders: [],
    });
    await writeFile(join(folder, 'window.json'), '{{');
    expect(openWindowMemory(folder, silentLog).get().width).toBe(1180);
  });
});

// Puts the command `keyhatch` where a terminal finds it: a few lines that call this app with `--cli`. Never writes over a
// program that is not ours.

import { constants } from 'node:fs';
import { access, chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, win32 } from 'node:path';
import { KeyhatchError } from '../../shared/errors.ts';
import { commandLineTexts as texts } from './desktop-texts.ts';

export type CommandLinePlace = {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** The words that run the command line, to be followed by its own. */
  readonly command: readonly string[];
};

export type CommandLineInstall = {
  readonly facts: () => Promise<{ readonly installed: boolean; readonly path: string }>;
  /** @throws KeyhatchError `input_invalid` when another program is in the way or the place cannot be written */
  readonly install: () => Promise<void>;
};

const mark = 'Made by Keyhatch';

export function createCommandLineInstall(place: CommandLinePlace): CommandLineInstall {
  async function facts() {
    const path = await pathFor(place);
    return { installed: (await textOf(path)) === scriptText(place), path };
  }

  async function install(): Promise<void> {
    const path = await pathFor(place);
    const present = await textOf(path);
    if (present !== undefined && !present.includes(mark)) throw invalid(texts.foreign(path));
    try {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, scriptText(place), { mode: 0o755 });
      if (place.platform !== 'win32') await chmod(path, 0o755);
    } catch (error) {
      throw invalid(texts.cannotWrite(path, (error as NodeJS.ErrnoException).code ?? 'unknown'), error);
    }
  }
  return { facts, install };
}

async function pathFor({ platform, env, homeDir }: CommandLinePlace): Promise<string> {
  // The one folder of a Windows account that is on its PATH from the start.
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] || win32.join(homeDir, 'AppData', 'Local');
    return win32.join(local, 'Microsoft', 'WindowsApps', 'keyhatch.cmd');
  }
  const home = join(homeDir, '.local', 'bin', 'keyhatch');
  if (platform !== 'darwin') return home;
  // On macOS the folder in the home is on nobody's PATH, and this one often belongs to its person.
  const common = '/usr/local/bin';
  const writable = await access(common, constants.W_OK).then(
    () => true,
    () => false,
  );
  return writable ? join(common, 'keyhatch') : home;
}

/** What is in the way counts as there, readable or not; undefined when nothing is. */
async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : '';
  }
}

export function scriptText({ platform, env, command }: Omit<CommandLinePlace, 'homeDir'>): string {
  if (platform === 'win32') {
    const words = command.map((word) => cmdWord(word, env['LOCALAPPDATA']));
    // cmd.exe waits for a program with windows only when it is called from a file such as this one.
    return ['@echo off', `rem ${mark}: runs its command line.`, `${words.join(' ')} %*`, ''].join('\r\n');
  }
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return ['#!/bin/sh', `# ${mark}: runs its command line.`, `exec ${words.join(' ')} "$@"`, ''].join('\n');
}

// The folder's name is left to the variable: cmd.exe reads the file in an old code page, which may not have its letters.
function cmdWord(word: string, localAppData: string | undefined): string {
  const inside = localAppData && word.toLowerCase().startsWith(`${localAppData.toLowerCase()}\\`);
  const path = (inside ? word.slice(localAppData.length) : word).replaceAll('%', '%%');
  return `"${inside ? '%LOCALAPPDATA%' : ''}${path}"`;
}

function invalid(reason: string, cause?: unknown): KeyhatchError {
  return new KeyhatchError('input_invalid', { details: { reason }, cause });
}

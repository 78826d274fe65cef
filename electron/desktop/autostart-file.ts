// The file by which a Linux desktop starts Keyhatch at login. Knows no Electron.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hiddenFlag } from './launch-words.ts';

export type AutostartPlace = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** The words that start this app. */
  readonly command: readonly string[];
};

/** Writes or removes it. Throws what the file system throws. */
export async function followByAutostartFile(openAtLogin: boolean, ports: AutostartPlace): Promise<void> {
  const file = autostartFile(ports);
  if (!openAtLogin) return rm(file, { force: true });
  const text = autostartText([...ports.command, hiddenFlag]);
  if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}

export function autostartFile({ env, homeDir }: Omit<AutostartPlace, 'command'>): string {
  return join(env['XDG_CONFIG_HOME'] || join(homeDir, '.config'), 'autostart', 'keyhatch.desktop');
}

/** A desktop entry (freedesktop.org, Desktop Entry Specification 1.5) that runs these words. */
export function autostartText(words: readonly string[]): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Keyhatch',
    'Comment=Keyhatch in the tray',
    `Exec=${words.map(execWord).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n');
}

// Quoted for the Exec key, where % begins a field code, and then once more for a string of the file, where a backslash
// begins an escape: the order in which the specification undoes them.
function execWord(word: string): string {
  const plain = /^[A-Za-z0-9_./:=@+-]+$/.test(word);
  const quoted = plain ? word : `"${word.replace(/["`$\\]/g, '\\$&')}"`;
  return quoted.replaceAll('%', '%%').replaceAll('\\', '\\\\');
}

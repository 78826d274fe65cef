// The help, made from the table of commands, so that it cannot name what does not exist.

import { globalFlags } from './command.ts';
import { allFlags, type CommandFacts } from './command-table.ts';
import type { FlagTable } from './flags.ts';

const helpCommand = { name: 'help', words: ['[COMMAND]'], about: 'Show this, or all about one command.', flags: {} };

/** Every command with one line each. */
export function overviewText(all: readonly CommandFacts[]): string {
  return [
    'keyhatch: puts a key in front of the model servers of this machine.',
    '',
    'Usage: keyhatch COMMAND [OPTIONS]',
    '',
    commandLines([...all, helpCommand]),
    '',
    'Options of every command:',
    flagLines(globalFlags),
    '',
    'Environment: KEYHATCH_DATA_DIR, KEYHATCH_VAULT_KEY_FILE, KEYHATCH_VAULT_PASSPHRASE, KEYHATCH_ADMIN_KEY, KEYHATCH_API_KEY, KEYHATCH_BACKUP_PASSPHRASE, NO_COLOR',
    'Exit codes: 0 done, 1 failed, 2 wrong usage',
  ].join('\n');
}

/** The commands of one noun. */
export function nounText(noun: string, of: readonly CommandFacts[]): string {
  return [`Usage: keyhatch ${noun} COMMAND [OPTIONS]`, '', commandLines(of)].join('\n');
}

export function commandText(command: CommandFacts): string {
  return [`Usage: ${callForm(command)} [OPTIONS]`, '', command.about, '', flagLines(allFlags(command))].join('\n');
}

/** `keyhatch keys show ID|NAME`. */
export function callForm(command: CommandFacts): string {
  return ['keyhatch', command.name, ...command.words].join(' ');
}

function commandLines(all: readonly CommandFacts[]): string {
  return twoColumns(all.map(({ name, words, about }) => [[name, ...words].join(' '), about]));
}

function flagLines(flags: FlagTable): string {
  return twoColumns(
    Object.entries(flags).map(([name, { value, short, about }]) => [
      `${short ? `-${short}, ` : ''}--${name}${value === undefined ? '' : ` ${value}`}`,
      about,
    ]),
  );
}

function twoColumns(lines: readonly (readonly [left: string, right: string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}

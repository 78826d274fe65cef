// What a command is: its place in the table, its flags, and what it does once a client is there. Reading the flags is
// apart from the doing, so that a wrong call is told before a profile or a keychain is opened.

import type { ContractClient } from '../control/control-client.ts';
import type { Flags, FlagTable } from './flags.ts';
import type { Input } from './input.ts';
import type { Output } from './output.ts';

export const globalFlags = {
  json: { about: 'Print the answer as one line of JSON.' },
  'data-dir': { value: 'DIR', about: 'Use the profile in this folder (or KEYHATCH_DATA_DIR).' },
  vault: { value: 'KIND', about: 'Where keys lie when no instance runs: keychain, file or memory.' },
  'admin-key-file': { value: 'FILE', about: 'Use the admin key in this file (or KEYHATCH_ADMIN_KEY).' },
  help: { short: 'h', about: 'Show this help.' },
} as const satisfies FlagTable;
export type GlobalFlag = keyof typeof globalFlags;

/** What a command has once it runs. */
export type Session = {
  readonly client: ContractClient;
  readonly out: Output;
  readonly input: Input;
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when somebody presses Ctrl+C, which from now on ends nothing else. */
  readonly interrupted: () => AbortSignal;
};

/** What a command is told before it runs. */
export type Invocation<Name extends string> = {
  readonly flags: Flags<Name | GlobalFlag>;
  /** As many as `Command.words` names. */
  readonly words: readonly string[];
  /** Epoch milliseconds. */
  readonly now: number;
};

export type Command<Name extends string = string> = {
  /** As it is typed: `keys create`. */
  readonly name: string;
  /** What must follow, as the help calls it: `ID|NAME`. */
  readonly words: readonly string[];
  readonly about: string;
  readonly flags: FlagTable<Name>;
  /**
   * Reads the call and returns what to do.
   * @throws UsageError when the call makes no sense
   */
  readonly prepare: (invocation: Invocation<Name>) => (session: Session) => Promise<void>;
};

/** Holds `prepare` to the flags that the command declares; the table then keeps all commands alike. */
export function defineCommand<const Name extends string>(command: Command<Name>): Command {
  return command as Command;
}

/** The one word of a command that takes one. */
export function onlyWord(invocation: { readonly words: readonly string[] }): string {
  return invocation.words[0] ?? '';
}

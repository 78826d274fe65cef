// The command line as one function: finds the command, reaches an instance or the profile at rest, runs the command,
// and says in one sentence what went wrong. Must not touch the process: everything it needs is handed to it.

import { KeyhatchError } from '../../shared/errors.ts';
import { type VaultKind, vaultKind } from '../../shared/model.ts';
import { type ContractConnection, connectControl } from '../control/control-client.ts';
import { scrub } from '../lib/log.ts';
import { parseServeArguments, type ServeArguments } from '../serve/serve-arguments.ts';
import { readAdminKey } from './admin-key.ts';
import { CommandFailed, UsageError } from './cli-errors.ts';
import { type Command, globalFlags } from './command.ts';
import { allFlags, type CommandFacts, commands, serveFacts } from './command-table.ts';
import { chooseDataDir } from './data-dir.ts';
import { commandsNamed, findCommand, helpFormFor } from './find-command.ts';
import { parseChoice } from './flag-values.ts';
import { type ParsedFlags, parseFlags, wordPositions } from './flags.ts';
import { callForm, commandText, nounText, overviewText } from './help-text.ts';
import { createInput, type InputSource } from './input.ts';
import { createOutput, type Output, type TextSink, visible } from './output.ts';

export type CliIo = {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly stdin: InputSource;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly homeDir: string;
  readonly version: string;
  /** Epoch milliseconds; the system's unless told. */
  readonly now?: () => number;
  /** The running instance, or undefined; over the control socket unless told. */
  readonly connect?: (dataDir: string, adminKey: string | undefined) => Promise<ContractConnection | undefined>;
  /** The same handlers on a profile that no instance holds. */
  readonly openAtRest: (dataDir: string, vault: VaultKind | undefined) => Promise<ContractConnection>;
  /** Calls back when the process is told to end, until the returned function is called. */
  readonly onStop?: (act: () => void) => () => void;
  /** Becomes an instance until it is told to stop; resolves to the exit code. */
  readonly serve: (args: ServeArguments) => Promise<number>;
};

/**
 * Runs one command.
 * @param argv the words after the program's name
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage. Never rejects.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  try {
    return await dispatch(argv, io);
  } catch (error) {
    const wrongUsage = error instanceof UsageError;
    io.stderr.write(`${visible(sentenceOf(error))}${wrongUsage ? ` See: ${helpFormFor(argv)}` : ''}\n`);
    return wrongUsage ? 2 : 1;
  }
}

async function dispatch(argv: readonly string[], io: CliIo): Promise<number> {
  const positions = wordPositions(argv, globalFlags);
  const [first] = positions;
  if (first === undefined) return withoutCommand(argv, io);
  const words = positions.map((position) => argv[position] ?? '');
  if (words[0] === 'help') return print(io, helpFor(words.slice(1)));
  if (argv.includes('--help') || argv.includes('-h')) return print(io, helpFor(words));
  const { command, rest } = findCommand(argv);
  if (command.name === serveFacts.name) return io.serve(parseServeArguments(rest, io));
  const given = parseFlags<string>(rest, allFlags(command));
  if (given.words.length !== command.words.length) {
    throw wrongWords(command, given);
  }
  const found = commands.find(({ name }) => name === command.name);
  if (found) await runCommand(found, given, io);
  return 0;
}

/** A name where only a flag can carry it, and a name of several words without quotes, are the commonest slips. */
function wrongWords(command: CommandFacts, { words, flags }: ParsedFlags<string>): UsageError {
  const extra = words[command.words.length];
  if (extra === undefined || !('name' in command.flags))
    return new UsageError(`This is how it is called: ${callForm(command)}.`);
  const name = [...flags.all('name'), ...words.slice(command.words.length)].join(' ').replaceAll('"', '');
  return new UsageError(`Give the name as --name ${/^[\w.@:+-]+$/.test(name) ? name : `"${name}"`}.`);
}

function withoutCommand(argv: readonly string[], io: CliIo): number {
  const flags = { ...globalFlags, version: { short: 'V', about: 'Print the version.' } };
  const given = parseFlags(argv, flags).flags;
  if (given.on('version')) return print(io, `keyhatch ${io.version}`);
  if (given.on('help')) return print(io, helpFor([]));
  io.stderr.write(`${helpFor([])}\n\n`);
  throw new UsageError('Say what to do.');
}

function helpFor(words: readonly string[]): string {
  const named = commandsNamed(words);
  if (words.length === 0) return overviewText(named);
  const [only] = named;
  return named.length === 1 && only ? commandText(only) : nounText(words[0] ?? '', named);
}

async function runCommand(command: Command, { flags, words }: ParsedFlags<string>, io: CliIo): Promise<void> {
  const now = (io.now ?? Date.now)();
  const vaultText = flags.text('vault');
  const vault = vaultText === undefined ? undefined : parseChoice('--vault', vaultText, vaultKind.options);
  const run = command.prepare({ flags, words, now });
  const out = createOutput({ ...io, json: flags.on('json'), now });
  const input = createInput(io.stdin, (text) => io.stderr.write(text));
  const stopping = new AbortController();
  let off: (() => void) | undefined;
  const interrupted = () => {
    off ??= io.onStop?.(() => stopping.abort());
    return stopping.signal;
  };
  const adminKey = await readAdminKey(flags.text('admin-key-file'), io);
  const connection = await reach(chooseDataDir(flags.text('data-dir'), io), { vault, adminKey }, out, io);
  try {
    await run({ client: connection.client, out, input, platform: io.platform, env: io.env, interrupted });
  } finally {
    off?.();
    await connection.close();
  }
}

async function reach(
  dataDir: string,
  { vault, adminKey }: { readonly vault: VaultKind | undefined; readonly adminKey: string | undefined },
  out: Output,
  io: CliIo,
): Promise<ContractConnection> {
  const connect = io.connect ?? ((dir, key) => connectControl({ dataDir: dir, adminKey: key }));
  const connection = await connect(dataDir, adminKey);
  // Whoever has an admin key has no business with the files themselves.
  if (!connection && adminKey !== undefined) throw new KeyhatchError('not_running');
  if (!connection) return io.openAtRest(dataDir, vault);
  if (vault !== undefined) {
    const status = await connection.client.status.get();
    if (status.vault.kind !== vault) {
      out.note(`Keyhatch is running with the vault "${status.vault.kind}"; --vault ${vault} was not used.`);
    }
  }
  return connection;
}

function print(io: CliIo, text: string): number {
  io.stdout.write(`${text}\n`);
  return 0;
}

function sentenceOf(error: unknown): string {
  if (error instanceof KeyhatchError || error instanceof UsageError || error instanceof CommandFailed) {
    return error.message;
  }
  // Not in the catalogue, so nobody has looked at what it may say.
  return scrub(`Something went wrong inside keyhatch: ${error instanceof Error ? error.message : String(error)}`);
}

// Which command the words on the command line name, and what is left for it. Flags may stand before it.

import { UsageError } from './cli-errors.ts';
import { globalFlags } from './command.ts';
import { type CommandFacts, commands, serveFacts } from './command-table.ts';
import { didYouMean } from './did-you-mean.ts';
import { wordPositions } from './flags.ts';

const everything: readonly CommandFacts[] = [serveFacts, ...commands];

export type Found = {
  readonly command: CommandFacts;
  /** Everything but the command's own words. */
  readonly rest: readonly string[];
};

/** What nouns mean that are asked by themselves, where looking is all that one can want. */
const alone: ReadonlyMap<string, string> = new Map([
  ['people', 'list'],
  ['audit', 'list'],
  ['tls', 'status'],
]);

/** @throws UsageError when no command is named so */
export function findCommand(argv: readonly string[]): Found {
  const [first, second] = wordPositions(argv, globalFlags);
  const noun = first === undefined ? '' : (argv[first] ?? '');
  const single = everything.find(({ name }) => name === noun);
  if (single) return { command: single, rest: argv.filter((_, i) => i !== first) };
  const ofNoun = commandsOf(noun);
  if (ofNoun.length === 0) throw unknownCommand(noun);
  const verb = second === undefined ? alone.get(noun) : argv[second];
  if (verb === undefined) throw new UsageError(`Say what to do with ${noun}: ${verbsOf(ofNoun).join(', ')}.`);
  const command = ofNoun.find(({ name }) => name === `${noun} ${verb}`);
  if (!command) {
    throw new UsageError(`There is no command "${noun} ${verb}".${didYouMean(verb, verbsOf(ofNoun))}`);
  }
  return { command, rest: argv.filter((_, i) => i !== first && i !== second) };
}

/** The commands that a word or two name: all, those of a noun, or one. @throws UsageError when there are none */
export function commandsNamed(words: readonly string[]): readonly CommandFacts[] {
  const [noun, verb] = words;
  if (noun === undefined) return everything;
  const ofNoun = commandsOf(noun);
  if (ofNoun.length > 0 && verb === undefined) return ofNoun;
  return [findCommand(words).command];
}

/** The call that shows the nearest help to what was typed: of the command, of its noun, or of everything. */
export function helpFormFor(argv: readonly string[]): string {
  const [noun = '', verb = ''] = wordPositions(argv, globalFlags).map((position) => argv[position] ?? '');
  const named = everything.find(({ name }) => name === noun || name === `${noun} ${verb}`)?.name;
  const topic = named ?? (commandsOf(noun).length > 0 ? noun : undefined);
  return topic === undefined ? 'keyhatch help' : `keyhatch help ${topic}`;
}

function commandsOf(noun: string): readonly CommandFacts[] {
  return everything.filter(({ name }) => name.startsWith(`${noun} `));
}

function verbsOf(ofNoun: readonly CommandFacts[]): string[] {
  return ofNoun.map(({ name }) => name.slice(name.indexOf(' ') + 1));
}

function unknownCommand(word: string): UsageError {
  const nouns = [...new Set(everything.map(({ name }) => name.split(' ')[0] ?? name)), 'help'];
  return new UsageError(`There is no command "${word}".${didYouMean(word, nouns)}`);
}

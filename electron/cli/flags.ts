// Reads the words after a command against that command's table of flags. Says in one sentence what is wrong with them;
// must not know any command, and must not turn texts into anything but texts.

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { UsageError } from './cli-errors.ts';
import { didYouMean } from './did-you-mean.ts';

export type FlagSpec = {
  /** What the value is called in the help; absent: the flag is a switch and takes none. */
  readonly value?: string;
  /** Whether it may be given several times. */
  readonly many?: boolean;
  readonly short?: string;
  readonly about: string;
};
export type FlagTable<Name extends string = string> = { readonly [name in Name]: FlagSpec };

/** What was given. */
export type Flags<Name extends string = string> = {
  readonly on: (name: Name) => boolean;
  readonly text: (name: Name) => string | undefined;
  readonly all: (name: Name) => readonly string[];
};
export type ParsedFlags<Name extends string> = { readonly flags: Flags<Name>; readonly words: readonly string[] };

/** @throws UsageError for an unknown flag, a missing or superfluous value, or a flag given twice */
export function parseFlags<Name extends string>(argv: readonly string[], table: FlagTable<Name>): ParsedFlags<Name> {
  const specs = new Map<string, FlagSpec>(Object.entries(table));
  const given = new Map<string, string[]>();
  const words: string[] = [];
  for (const token of tokensOf(argv, specs)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = specs.get(token.name);
    if (!spec) throw unknownFlag(token.rawName, specs);
    const values = given.get(token.name) ?? [];
    if (values.length > 0 && !spec.many) throw new UsageError(`${token.rawName} was given twice.`);
    given.set(token.name, [...values, flagValue(token, spec)]);
  }
  return {
    words,
    flags: {
      on: (name) => given.has(name),
      text: (name) => given.get(name)?.[0],
      all: (name) => given.get(name) ?? [],
    },
  };
}

/** Where in `argv` the words lie that are neither flags nor their values, as far as these flags can tell. */
export function wordPositions(argv: readonly string[], table: FlagTable): readonly number[] {
  const tokens = tokensOf(argv, new Map(Object.entries(table)));
  return tokens.flatMap((token) => (token.kind === 'positional' ? [token.index] : []));
}

// Not strict: its own errors are for programmers. What it lets pass is checked above, with a sentence for each.
function tokensOf(argv: readonly string[], specs: ReadonlyMap<string, FlagSpec>) {
  const options: ParseArgsOptionsConfig = {};
  for (const [name, { value, short }] of specs) {
    options[name] = { type: value === undefined ? 'boolean' : 'string', multiple: true, ...(short && { short }) };
  }
  return parseArgs({ args: [...argv], options, allowPositionals: true, strict: false, tokens: true }).tokens;
}

type OptionToken = {
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
};

function flagValue(token: OptionToken, spec: FlagSpec): string {
  if (spec.value === undefined) {
    if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value.`);
    return '';
  }
  // `--name --json`: more likely a forgotten value than a value that looks like a flag.
  const looksLikeFlag = !token.inlineValue && token.value !== '-' && token.value?.startsWith('-');
  if (token.value === undefined || looksLikeFlag) {
    const hint = looksLikeFlag ? ` If it begins with a dash, write ${token.rawName}=${token.value}.` : '';
    throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}.${hint}`);
  }
  return token.value;
}

function unknownFlag(rawName: string, specs: ReadonlyMap<string, FlagSpec>): UsageError {
  const known = [...specs.keys()].map((name) => `--${name}`);
  return new UsageError(`There is no option ${rawName} here.${didYouMean(rawName, known, '')}`);
}

// What a key may do, as flags: --operations, --deny, --networks and the caps, read into what the contract takes.

import type { BodyCap, BodyCapsPatch } from '../../../shared/body-caps.ts';
import {
  type KeyOperation,
  type KeyPolicyPatch,
  type OperationPreset,
  operationNames,
  operationPresets,
} from '../../../shared/key-policy.ts';
import { readNetwork } from '../../../shared/networks.ts';
import { UsageError } from '../cli-errors.ts';
import { didYouMean } from '../did-you-mean.ts';
import { parseDuration, parseList, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';

export const policyFlags = {
  operations: { value: 'a,b', about: 'What it may do: inference, read-only, full, or rights such as chat,embeddings.' },
  deny: { value: 'a,b', about: 'Models it may not use, whatever --models says; none lifts it. * stands for anything.' },
  networks: { value: 'a,b', about: 'Where it may be used: anywhere, my-network, this-computer, 192.168.1.0/24.' },
  'max-tokens': { value: 'N', about: 'Most tokens of one answer, also where none are named; none lifts it.' },
  'max-context': { value: 'N', about: 'Most tokens of context that one request may ask for; none lifts it.' },
  'max-choices': { value: 'N', about: 'Most answers to one prompt (n, best_of); none lifts it.' },
  'max-inputs': { value: 'N', about: 'Most texts in one request for embeddings or completions; none lifts it.' },
  'max-keep-alive': { value: '10m', about: 'Longest time to keep a model loaded; none lifts it.' },
} as const;

/** Undefined where none of the flags was given. @throws UsageError */
export function parsePolicyFlags(flags: Flags<keyof typeof policyFlags>): KeyPolicyPatch | undefined {
  const patch: KeyPolicyPatch = {
    operations: given(flags.text('operations'), parseOperations),
    deniedModels: given(flags.text('deny'), (text) => (text === 'none' ? [] : parseSome('--deny', text))),
    networks: given(flags.text('networks'), parseNetworks),
    caps: parseCaps(flags),
  };
  return Object.values(patch).every((value) => value === undefined) ? undefined : patch;
}

/** @throws UsageError */
export function parseOperations(text: string): KeyOperation[] {
  if (text === 'none') return [];
  const chosen = parseSome('--operations', text).flatMap((word) => {
    if (Object.hasOwn(operationPresets, word)) return [...operationPresets[word as OperationPreset]];
    const found = operationNames.find((name) => name === word);
    if (found !== undefined) return [found];
    const known = [...Object.keys(operationPresets), ...operationNames];
    throw new UsageError(`--operations takes ${known.join(', ')}, not "${word}".${didYouMean(word, known)}`);
  });
  return [...new Set(chosen)];
}

function parseNetworks(text: string): string[] | null {
  const networks = parseSome('--networks', text);
  for (const one of networks) {
    const read = readNetwork(one);
    if (!read.ok) throw new UsageError(`--networks: "${one}" ${read.reason}.`);
  }
  return networks.includes('anywhere') ? null : networks;
}

function parseCaps(flags: Flags<keyof typeof policyFlags>): BodyCapsPatch | undefined {
  const whole = (flag: keyof typeof policyFlags, most: number) =>
    given(flags.text(flag), (text) => (text === 'none' ? null : parseWhole(`--${flag}`, text, 1, most)));
  const caps: Partial<Record<BodyCap, number | null | undefined>> = {
    maxTokens: whole('max-tokens', 100_000_000),
    contextTokens: whole('max-context', 100_000_000),
    choices: whole('max-choices', 100_000),
    inputs: whole('max-inputs', 1_000_000),
    keepAliveSeconds: given(flags.text('max-keep-alive'), (text) =>
      text === 'none' ? null : parseDuration('--max-keep-alive', text) / 1000,
    ),
  };
  return Object.values(caps).every((cap) => cap === undefined) ? undefined : caps;
}

function parseSome(flag: string, text: string): string[] {
  const parts = parseList(text);
  if (parts.length === 0) throw new UsageError(`${flag} takes words with commas between them.`);
  return parts;
}

function given<Value>(text: string | undefined, parse: (text: string) => Value): Value | undefined {
  return text === undefined ? undefined : parse(text);
}

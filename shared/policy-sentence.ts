// What a key may do, in words: for the command line and its page in the window. Says what is, decides nothing.

import type { BodyCaps } from './body-caps.ts';
import { type KeyOperation, type OperationPreset, operations, presetOf } from './key-policy.ts';
import type { KeyFacts } from './model.ts';
import { networksText, oneAfterOther } from './network-words.ts';

/** What each preset means to somebody who chooses it. */
const presetWords: Readonly<Record<OperationPreset, string>> = {
  inference: 'use models, and see which there are',
  'read-only': 'see which models there are, and nothing else',
  full: 'do everything a key can: use models, also those in a cloud on the owner’s account; download, load, create and delete models on this computer; let the model server run tools and fetch addresses; read metrics',
};

/** The rights as words: a preset, or one after the other. */
export function operationsText(chosen: readonly KeyOperation[]): string {
  const preset = presetOf(chosen);
  return preset ?? (chosen.length === 0 ? 'none' : chosen.join(', '));
}

/** One sentence or two about who may do what with this key. */
export function policySentence(key: Pick<KeyFacts, 'name' | 'kind' | 'models' | 'policy'>): string {
  const { name, kind, models, policy } = key;
  if (kind === 'admin') return `“${name}” manages Keyhatch itself: keys, servers and settings. It opens no models.`;
  if (policy.operations.length === 0) return `“${name}” may do nothing.`;
  const preset = presetOf(policy.operations);
  const may = preset ? presetWords[preset] : oneAfterOther(policy.operations.map((one) => lowered(operations[one])));
  const sentences = [`“${name}” may ${preset ? '' : 'do this: '}${may}${placeText(policy.networks)}.`];
  const usesModels = policy.operations.some((one) => one !== 'models:list' && one !== 'metrics');
  if (usesModels) sentences.push(modelsText(models, policy.deniedModels));
  const caps = capsText(policy.caps);
  if (caps !== undefined) sentences.push(`A single request may ask for ${caps}.`);
  return sentences.join(' ');
}

/** The caps that are set, in words; undefined when none is. */
export function capsText(caps: BodyCaps): string | undefined {
  const words: string[] = [];
  const say = (cap: number | null, text: (cap: number) => string) => {
    if (cap !== null) words.push(text(cap));
  };
  say(caps.maxTokens, (cap) => `at most ${count(cap, 'token')} of answer`);
  say(caps.contextTokens, (cap) => `at most ${count(cap, 'token')} of context`);
  say(caps.choices, (cap) => `at most ${count(cap, 'answer')} to one prompt`);
  say(caps.inputs, (cap) => `at most ${count(cap, 'text')} at once`);
  say(caps.keepAliveSeconds, (cap) => `a model to stay loaded for at most ${count(cap, 'second')}`);
  return words.length === 0 ? undefined : oneAfterOther(words);
}

function placeText(networks: readonly string[] | null): string {
  return networks === null || networks.includes('anywhere') ? ', from anywhere' : `, from ${networksText(networks)}`;
}

function modelsText(allowed: readonly string[] | null, denied: readonly string[]): string {
  const some = oneAfterOther(denied);
  if (allowed === null) return `It may use every model${denied.length === 0 ? '' : ` but ${some}`}.`;
  return `It may use ${oneAfterOther(allowed)}${denied.length === 0 ? '' : ` but not ${some}`}.`;
}

const lowered = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);
const count = (amount: number, noun: string) => `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`;

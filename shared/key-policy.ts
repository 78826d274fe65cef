// What a key may do, as one value: the operations it carries, and what later lines add (models, networks, limits, budgets).
// Kept as JSON beside the key; every member has a default, so that an older key reads as it was meant when it was made.

import * as z from 'zod';
import { bodyCaps, bodyCapsPatch, noCaps } from './body-caps.ts';
import { budgetList, perSpan, priority, topUpList } from './limit-model.ts';
import { modelPattern } from './model-patterns.ts';
import { networkList } from './networks.ts';

/** The rights that a key can carry, each with what it lets its holder do. */
export const operations = {
  chat: 'Chat, completions and responses',
  embeddings: 'Embeddings and ranking',
  audio: 'Speech and transcription',
  images: 'Making and editing images',
  'models:list': 'See which models there are',
  'models:manage': 'Download, load, unload, create and delete models',
  cloud: 'Models that run in a cloud on the owner’s account',
  tools: 'Tools that the model server runs itself, such as MCP servers',
  remote_media: 'Images and files that the model server fetches from addresses',
  metrics: 'Read the metrics of this server',
} as const;

export type KeyOperation = keyof typeof operations;
export const operationNames = Object.keys(operations) as [KeyOperation, ...KeyOperation[]];
export const keyOperation = z.enum(operationNames);

/** Sets of operations that people choose by name. */
export const operationPresets = {
  inference: ['chat', 'embeddings', 'audio', 'images', 'models:list'],
  'read-only': ['models:list'],
  full: operationNames,
} as const satisfies Record<string, readonly KeyOperation[]>;
export type OperationPreset = keyof typeof operationPresets;

export const keyPolicy = z.object({
  operations: z
    .array(keyOperation)
    .max(operationNames.length)
    .default(() => [...operationPresets.inference]),
  /** Patterns of models that it may not use, whatever its list of models says. */
  deniedModels: z
    .array(modelPattern)
    .max(200)
    .default(() => []),
  /** Where it may be used from; null: anywhere. */
  networks: networkList.nullable().default(null),
  caps: bodyCaps.default(() => noCaps),
  /** Requests in any hour. */
  rph: perSpan.default(null),
  /** Tokens in any 60 seconds, input and output together. */
  tpm: perSpan.default(null),
  priority: priority.default('normal'),
  budgets: budgetList.default(() => []),
  /** Changed by `keys.topUp` alone. */
  topUps: topUpList.default(() => []),
  /** After how many days with one secret its owner is reminded to give it a new one; null: never. */
  rotateEveryDays: z.number().int().min(1).max(3650).nullable().default(null),
});
export type KeyPolicy = Readonly<z.infer<typeof keyPolicy>>;

/** The members of a policy that somebody names when making or changing a key; what is left out stays as it is. */
export const keyPolicyPatch = z.object({
  operations: keyPolicy.shape.operations.unwrap().optional(),
  deniedModels: keyPolicy.shape.deniedModels.unwrap().optional(),
  networks: keyPolicy.shape.networks.unwrap().optional(),
  caps: bodyCapsPatch.optional(),
  rph: perSpan.optional(),
  tpm: perSpan.optional(),
  priority: priority.optional(),
  budgets: budgetList.optional(),
  rotateEveryDays: keyPolicy.shape.rotateEveryDays.unwrap().optional(),
});
export type KeyPolicyPatch = Readonly<z.infer<typeof keyPolicyPatch>>;

/** What a key may do when nobody says otherwise: inference, and nothing that acts on the machine. */
export const usualPolicy: KeyPolicy = keyPolicy.parse({});

/** Stands in for a policy that cannot be read: nothing is allowed. */
export const closedPolicy: KeyPolicy = { ...usualPolicy, operations: [], rph: 0, tpm: 0 };

export function mayDo(policy: KeyPolicy, operation: KeyOperation): boolean {
  return policy.operations.includes(operation);
}

/** The policy with what a patch names put in its place. */
export function withPatch(policy: KeyPolicy, patch: KeyPolicyPatch): KeyPolicy {
  const caps = { ...policy.caps, ...namedIn(patch.caps ?? {}) };
  return keyPolicy.parse({ ...policy, ...namedIn(patch), caps });
}

/** What a patch names, without what it leaves out. */
export function namedIn<Patch extends object>(patch: Patch): Partial<Patch> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<Patch>;
}

/** The preset that these operations are, or undefined where somebody chose them one by one. */
export function presetOf(chosen: readonly KeyOperation[]): OperationPreset | undefined {
  const names = Object.keys(operationPresets) as OperationPreset[];
  return names.find((name) => {
    const preset: readonly KeyOperation[] = operationPresets[name];
    return preset.length === chosen.length && preset.every((operation) => chosen.includes(operation));
  });
}

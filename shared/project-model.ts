// A project: the keys of one purpose, with what they begin with and what they may do together. As a schema; shapes are
// JSON only, every time is epoch milliseconds. Its rules are kept as one JSON value, so that a new one needs no migration.

import * as z from 'zod';
import { keyPolicyPatch } from './key-policy.ts';
import { budgetList, budgetState, topUpList } from './limit-model.ts';
import { itemName, timeMs } from './names.ts';

export const projectColours = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'violet', 'pink'] as const;
export type ProjectColour = (typeof projectColours)[number];

export const projectEnvironment = z.enum(['production', 'test']);
export type ProjectEnvironment = z.infer<typeof projectEnvironment>;

const modelName = z.string().trim().min(1).max(200);
const modelNames = z.array(modelName).min(1).max(200);
const rpm = z.number().int().min(0).max(1_000_000).nullable();
const parallel = z.number().int().min(1).max(100_000).nullable();
const lifetimeMs = z.number().int().min(60_000).max(3_153_600_000_000);

/** What a key begins with that is made in the project. What is left out comes from the settings. */
export const projectDefaults = z.object({
  rpm: rpm.optional(),
  parallel: parallel.optional(),
  models: modelNames.nullable().optional(),
  expiresInMs: lifetimeMs.nullable().optional(),
  policy: keyPolicyPatch.optional(),
});
export type ProjectDefaults = Readonly<z.infer<typeof projectDefaults>>;

/** What holds for every key of a project, whatever the key itself allows. */
export const projectRules = z.object({
  defaults: projectDefaults.default({}),
  /** Models its keys may use; null: as each key says. */
  models: modelNames.nullable().default(null),
  /** Names its keys may ask for, each with the model that it stands for. */
  aliases: z.record(modelName, modelName).default({}),
  /** The one model server that answers its keys; null: whichever serves the model. */
  upstreamId: z.string().max(80).nullable().default(null),
  /** In the test environment: the built-in echo model answers everything. */
  echo: z.boolean().default(false),
  /** What all its keys may use together, beside what each of them may. */
  budgets: budgetList.default([]),
  topUps: topUpList.default([]),
});
export type ProjectRules = Readonly<z.infer<typeof projectRules>>;

export const usualRules: ProjectRules = projectRules.parse({});

export const projectFacts = projectRules.extend({
  id: z.string(),
  name: z.string(),
  colour: z.enum(projectColours),
  environment: projectEnvironment,
  createdAt: timeMs,
  /** Since when its keys are refused; null while they are not. */
  archivedAt: timeMs.nullable(),
  /** False when its rules could not be read: its keys are refused until they are set anew. */
  readable: z.boolean(),
  /** How many keys it has, ended ones too. */
  keys: z.number().int().nonnegative(),
  /** Its budgets as they stand; a spent one makes its keys `exhausted`. */
  budgetStates: z.array(budgetState),
});
export type ProjectFacts = z.infer<typeof projectFacts>;

export const newProject = z.object({
  name: itemName,
  colour: z.enum(projectColours).optional(),
  environment: projectEnvironment.optional(),
  defaults: projectDefaults.optional(),
  models: modelNames.nullable().optional(),
  aliases: projectRules.shape.aliases.unwrap().optional(),
  /** Id or name of an upstream. */
  upstream: z.string().min(1).max(200).nullable().optional(),
  echo: z.boolean().optional(),
  budgets: budgetList.optional(),
});
export type NewProject = Readonly<z.infer<typeof newProject>>;

/** Members that are left out stay as they are; `defaults`, `aliases` and `budgets` are replaced as a whole. */
export const projectEdit = newProject.extend({ name: itemName.optional(), ref: z.string().min(1).max(200) });
export type ProjectEdit = Readonly<z.infer<typeof projectEdit>>;

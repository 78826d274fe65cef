// How much a single request may ask for, per key: tokens to write, context, choices, inputs and how long a model stays
// loaded. Null: as much as it likes. How they are held against a body stands in the gateway.

import * as z from 'zod';

const cap = (min: number, max: number) => z.number().int().min(min).max(max).nullable().default(null);

export const bodyCaps = z.object({
  /** Tokens that an answer may have; also put in where a request names none. */
  maxTokens: cap(1, 100_000_000),
  /** Tokens of context that a model is loaded or run with. */
  contextTokens: cap(1, 100_000_000),
  /** Answers to one prompt: `n` and `best_of`. */
  choices: cap(1, 100_000),
  /** Texts in one request for embeddings, ranking or completions. */
  inputs: cap(1, 1_000_000),
  /** Seconds for which a model may be kept loaded afterwards. */
  keepAliveSeconds: cap(0, 100_000_000),
});
export type BodyCaps = Readonly<z.infer<typeof bodyCaps>>;
export type BodyCap = keyof BodyCaps;

export const noCaps: BodyCaps = bodyCaps.parse({});

const caps = bodyCaps.shape;
/** Caps that somebody names when making or changing a key; null lifts one, what is left out stays as it is. */
export const bodyCapsPatch = z.object({
  maxTokens: caps.maxTokens.unwrap().optional(),
  contextTokens: caps.contextTokens.unwrap().optional(),
  choices: caps.choices.unwrap().optional(),
  inputs: caps.inputs.unwrap().optional(),
  keepAliveSeconds: caps.keepAliveSeconds.unwrap().optional(),
});
export type BodyCapsPatch = Readonly<z.infer<typeof bodyCapsPatch>>;

// What a request will use at most, as far as its body says: the text it gives to read, and what it lets be generated, as
// many times as it asks for it. An estimate, held until the real numbers are known. Decides nothing.

import type { BodyCap } from '../../shared/body-caps.ts';
import type { BodyFacts } from './body-policy.ts';
import type { Operation } from './route-table.ts';

/** Held for an answer whose length nobody limits; under a small limit a quarter of it, so that four such answers fit. */
const usualOutputTokens = 1024;
const bytesPerToken = 4;
const most = 1_000_000_000;

export type RequestCost = {
  readonly tokensIn: number;
  readonly tokensOut: number;
  /** How many answers it asks for: `n` or `best_of`, for each of several prompts. */
  readonly answers: number;
};

/**
 * In tokens. What is neither text nor embedded has no tokens that could be told before.
 * @param capTokens what the key's policy puts in where the body asks for no end
 * @param perMinute tokens a minute that the key may use; null: any number
 */
export function costOfRequest(
  facts: BodyFacts,
  operation: Operation,
  capTokens: number | null,
  perMinute: number | null,
): RequestCost {
  const askedFor = (cap: BodyCap) =>
    facts.amounts
      .filter((asked) => asked.cap === cap && Number.isFinite(asked.value))
      .map(({ value }) => Math.min(most, Math.ceil(value)));
  const answers = Math.min(most, Math.max(1, ...askedFor('choices')) * Math.max(1, ...askedFor('inputs')));
  const outputs = askedFor('maxTokens');
  const each = outputs.length > 0 ? Math.max(...outputs) : (capTokens ?? usualOutput(perMinute));
  const inputs = operation === 'embeddings' ? Math.max(1, ...askedFor('inputs')) : 0;
  return {
    tokensIn: Math.max(Math.ceil(facts.promptBytes / bytesPerToken), inputs),
    tokensOut: operation === 'chat' ? Math.min(most, each * answers) : 0,
    answers: operation === 'chat' ? answers : 1,
  };
}

function usualOutput(perMinute: number | null): number {
  return Math.min(usualOutputTokens, Math.max(1, Math.ceil((perMinute ?? Number.POSITIVE_INFINITY) / 4)));
}

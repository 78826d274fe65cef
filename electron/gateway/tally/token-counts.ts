// Which members of which answers hold token numbers, and what they add up to. A table of places, read
// by shape and not by dialect: a field set is known wherever it turns up. The last number of each field wins, because
// servers send zeros, estimates and running totals before the final ones.

import type { TokenSource } from '../../../shared/token-source.ts';
import { isJsonObject, type JsonObject } from '../../lib/json-shape.ts';
import { type JsonPath, valueAt } from './json-path.ts';

/** Tokens of one exchange. `tokensIn` is the whole input, whatever part of it was cached; reasoning is inside `tokensOut`. */
export type TokenTotals = {
  readonly tokensIn: number | null;
  readonly tokensOut: number | null;
  readonly tokensCached: number | null;
  readonly tokensReasoning: number | null;
  readonly source: TokenSource;
};

/** Tokens a second, as the model server measured them; null where it said nothing. */
export type TokenSpeeds = {
  readonly prefillPerSecond: number | null;
  readonly outputPerSecond: number | null;
};

export const unknownTotals: TokenTotals = {
  tokensIn: null,
  tokensOut: null,
  tokensCached: null,
  tokensReasoning: null,
  source: 'unknown',
};

type Count =
  /** The whole input. */
  | 'prompt'
  /** Input to which Anthropic's two cache counts come on top; the whole input where those are absent. */
  | 'input'
  | 'cacheWritten'
  | 'cacheRead'
  | 'cachedInside'
  | 'output'
  | 'reasoning'
  /** Input and output together; a ranking has no other number. */
  | 'total'
  | 'timedPrompt'
  | 'timedCached'
  | 'timedOutput';

type CountPaths = readonly (readonly [Count, JsonPath])[];

const usageCounts: CountPaths = [
  ['prompt', ['prompt_tokens']],
  ['input', ['input_tokens']],
  ['cacheWritten', ['cache_creation_input_tokens']],
  ['cacheRead', ['cache_read_input_tokens']],
  ['cachedInside', ['prompt_tokens_details', 'cached_tokens']],
  ['cachedInside', ['input_tokens_details', 'cached_tokens']],
  ['output', ['completion_tokens']],
  ['output', ['output_tokens']],
  ['reasoning', ['completion_tokens_details', 'reasoning_tokens']],
  ['reasoning', ['output_tokens_details', 'reasoning_tokens']],
  ['reasoning', ['output_tokens_details', 'thinking_tokens']],
  ['total', ['total_tokens']],
];

const lmStudioCounts: CountPaths = [
  ['prompt', ['input_tokens']],
  ['output', ['total_output_tokens']],
  ['reasoning', ['reasoning_output_tokens']],
];

const llamaCppCounts: CountPaths = [
  ['timedPrompt', ['prompt_n']],
  ['timedCached', ['cache_n']],
  ['timedOutput', ['predicted_n']],
];

const ollamaCounts: CountPaths = [
  ['prompt', ['prompt_eval_count']],
  ['output', ['eval_count']],
];

const places: readonly { readonly at: JsonPath; readonly counts: CountPaths }[] = [
  { at: ['usage'], counts: usageCounts },
  // Responses, streamed: the terminal events.
  { at: ['response', 'usage'], counts: usageCounts },
  // Anthropic, streamed: message_start.
  { at: ['message', 'usage'], counts: usageCounts },
  { at: ['stats'], counts: lmStudioCounts },
  // LM Studio, streamed: chat.end.
  { at: ['result', 'stats'], counts: lmStudioCounts },
  { at: ['timings'], counts: llamaCppCounts },
  { at: [], counts: ollamaCounts },
];

/** Top-level members from which every number of an answer that is not streamed can be read. */
export const countingMembers: readonly string[] = [
  ...places.flatMap(({ at }) => (at.length === 1 ? at : [])),
  ...ollamaCounts.flatMap(([, path]) => path),
  'prompt_eval_duration',
  'eval_duration',
  'done_reason',
];

/**
 * One of these stands in every event that holds numbers; `"usage":null` stands in all the others. The last one is oMLX's
 * false content, which must be looked at to be told from what was generated.
 */
const countingNeedle = /"(?:usage|timings|stats)"(?!\s*:\s*null)|_count"|"model"\s*:\s*"keepalive"/;

/** Whether an event of this text may hold numbers: an event without needs no parsing. */
export function mayHoldCounts(text: string): boolean {
  return countingNeedle.test(text);
}

export type TokenCounts = {
  /** Takes in what one event, or the whole answer, says. */
  readonly note: (message: JsonObject) => void;
  readonly totals: () => TokenTotals;
  /** What a server with a clock of its own says of its speed; not in every answer that holds counts. */
  readonly speeds: () => TokenSpeeds;
};

/** @param operation of the route table; `embeddings` is known to generate nothing. */
export function createTokenCounts(operation: string): TokenCounts {
  const counts: Partial<Record<Count, number>> = {};
  let idle = false;
  let speeds: TokenSpeeds = { prefillPerSecond: null, outputPerSecond: null };
  return {
    note(message) {
      for (const place of places) readCounts(valueAt(message, place.at), place.counts, counts);
      speeds = {
        prefillPerSecond: prefillSpeedIn(message) ?? speeds.prefillPerSecond,
        outputPerSecond: outputSpeedIn(message) ?? speeds.outputPerSecond,
      };
      // Ollama was asked only to load or drop a model, and leaves its counts out.
      const reason = message['done_reason'];
      if (reason === 'load' || reason === 'unload') idle = true;
    },
    totals() {
      if (idle) return { ...unknownTotals, tokensIn: 0, tokensOut: 0, source: 'reported' };
      return reportedTotals(counts, operation) ?? timedTotals(counts) ?? unknownTotals;
    },
    speeds: () => speeds,
  };
}

// llama.cpp says its speeds as they are, LM Studio that of its output, Ollama lengths of time in nanoseconds.
function prefillSpeedIn(message: JsonObject): number | null {
  return (
    speedOf(valueAt(message, ['timings', 'prompt_per_second'])) ??
    perSecond(message['prompt_eval_count'], message['prompt_eval_duration'])
  );
}

function outputSpeedIn(message: JsonObject): number | null {
  return (
    speedOf(valueAt(message, ['timings', 'predicted_per_second'])) ??
    speedOf(valueAt(message, ['stats', 'tokens_per_second'])) ??
    speedOf(valueAt(message, ['result', 'stats', 'tokens_per_second'])) ??
    perSecond(message['eval_count'], message['eval_duration'])
  );
}

function speedOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : null;
}

function perSecond(tokens: unknown, nanoseconds: unknown): number | null {
  const [count, length] = [speedOf(tokens), speedOf(nanoseconds)];
  return count === null || length === null ? null : (count * 1e9) / length;
}

function readCounts(holder: unknown, paths: CountPaths, counts: Partial<Record<Count, number>>): void {
  if (!isJsonObject(holder)) return;
  for (const [count, path] of paths) {
    const value = valueAt(holder, path);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) counts[count] = value;
  }
}

function reportedTotals(counts: Partial<Record<Count, number>>, operation: string): TokenTotals | undefined {
  const { prompt, input, cacheWritten = 0, cacheRead, cachedInside, timedCached, output, reasoning, total } = counts;
  const whole = prompt ?? (input === undefined ? undefined : input + cacheWritten + (cacheRead ?? 0));
  const generatesNothing = operation === 'embeddings';
  const tokensIn = whole ?? (generatesNothing ? total : undefined);
  // Nothing but zeros is a placeholder: Ollama puts it into every chunk but the last, LM Studio into embeddings.
  if (!tokensIn && !output) return undefined;
  return {
    tokensIn: tokensIn ?? null,
    tokensOut: output ?? (generatesNothing ? 0 : null),
    // llama.cpp says it beside the usage, and older ones only there.
    tokensCached: cacheRead ?? cachedInside ?? timedCached ?? null,
    tokensReasoning: reasoning ?? null,
    source: 'reported',
  };
}

function timedTotals({
  timedPrompt,
  timedCached,
  timedOutput,
}: Partial<Record<Count, number>>): TokenTotals | undefined {
  if (timedPrompt === undefined && timedOutput === undefined) return undefined;
  return {
    tokensIn: timedPrompt === undefined ? null : timedPrompt + (timedCached ?? 0),
    tokensOut: timedOutput ?? null,
    tokensCached: timedCached ?? null,
    tokensReasoning: null,
    source: 'timings',
  };
}

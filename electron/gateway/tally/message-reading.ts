// What has been read from an answer so far: counts, response id, time of the first generated token. Takes parsed events or
// one parsed answer, in order; knows nothing of bytes and framing.

import { type JsonObject, parseObject } from '../../lib/json-shape.ts';
import { carriesGenerated, isKeepAlive } from './generated-content.ts';
import { responseIdOf } from './response-id.ts';
import { createTokenCounts, mayHoldCounts, type TokenTotals } from './token-counts.ts';
import { completed, createDeltaCounter, generatedBytes } from './token-estimate.ts';

export type MessageReading = {
  /** Whether an event of these bytes still has to be read: all of them until the first token, then those with counts. */
  readonly wants: (bytes: Buffer) => boolean;
  /** Says that the bytes last asked about will not be read. */
  readonly skipped: () => void;
  /** Takes one streamed event's JSON, the one last asked about; anything else, such as `[DONE]`, is passed over. */
  readonly event: (text: string) => void;
  /** Takes the needed members of an answer that is not streamed. */
  readonly answer: (answer: JsonObject) => void;
  /** Whether the answer's text would be of use, as it said no numbers. */
  readonly wantsText: () => boolean;
  /** Takes the members with generated text of an answer that is not streamed. */
  readonly text: (members: ReadonlyMap<string, unknown>) => void;
  /** Says that generated content came, if none had. */
  readonly firstToken: () => void;
  /** Sets the time of what comes next, in epoch milliseconds. */
  readonly at: (nowMs: number) => void;
  /** @param whole false when the answer broke off, or its client left */
  readonly totals: (whole: boolean) => TokenTotals;
  readonly responseId: () => string | null;
  readonly firstTokenAt: () => number | null;
};

export type MessageReadingOptions = {
  readonly operation: string;
  /** Text that the model was given to read; undefined where nothing is to be estimated. */
  readonly promptBytes?: number | undefined;
  readonly onResponseId?: ((id: string) => void) | undefined;
};

export function createMessageReading({ operation, promptBytes, onResponseId }: MessageReadingOptions): MessageReading {
  const counts = createTokenCounts(operation);
  const counter = promptBytes === undefined ? undefined : createDeltaCounter();
  let deltas = 0;
  let deltasAsked = 0;
  let answerBytes: number | undefined;
  let areResponses = false;
  let nowMs = 0;
  let responseId: string | null = null;
  let firstTokenAt: number | null = null;

  function firstToken(): void {
    firstTokenAt ??= nowMs;
  }

  function answer(message: JsonObject): void {
    counts.note(message);
    const id = responseIdOf(message);
    if (id === undefined || responseId !== null) return;
    responseId = id;
    onResponseId?.(id);
  }

  return {
    wants(bytes) {
      // One pass over a latin1 copy takes a quarter of the time of Buffer.includes for each needle.
      const text = bytes.toString('latin1');
      deltasAsked = counter?.countIn(text) ?? 0;
      return firstTokenAt === null || mayHoldCounts(text);
    },
    skipped() {
      deltas += deltasAsked;
    },
    event(text) {
      const message = parseObject(text);
      if (message === undefined || isKeepAlive(message)) return;
      if (!areResponses && counter && isOfResponses(message)) {
        areResponses = true;
        counter.readResponses();
        deltasAsked = counter.countIn(text);
      }
      if (firstTokenAt === null && carriesGenerated(message)) {
        firstToken();
        // A tool call of a server that sends it whole.
        deltasAsked ||= 1;
      }
      deltas += deltasAsked;
      answer(message);
    },
    answer,
    wantsText: () => promptBytes !== undefined && counts.totals().source === 'unknown',
    text(members) {
      answerBytes = operation === 'embeddings' ? 0 : generatedBytes(members);
    },
    firstToken,
    at(time) {
      nowMs = time;
    },
    totals(whole) {
      const found = counts.totals();
      return promptBytes === undefined ? found : completed(found, { promptBytes, deltas, answerBytes, whole });
    },
    responseId: () => responseId,
    firstTokenAt: () => firstTokenAt,
  };
}

function isOfResponses({ type }: JsonObject): boolean {
  return typeof type === 'string' && type.startsWith('response.');
}

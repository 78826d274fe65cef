// What has been read from an answer so far: counts, response id, time of the first generated token. Takes parsed events or
// one parsed answer, in order; knows nothing of bytes and framing.

import { carriesGenerated, isKeepAlive } from './generated-content.ts';
import { isJsonObject, type JsonObject } from './json-path.ts';
import { responseIdOf } from './response-id.ts';
import { createTokenCounts, mayHoldCounts, type TokenTotals } from './token-counts.ts';

export type MessageReading = {
  /** Whether an event of these bytes still has to be read: all of them until the first token, then those with counts. */
  readonly wants: (bytes: Buffer) => boolean;
  /** Takes one streamed event's JSON; anything else, such as `[DONE]`, is passed over. */
  readonly event: (text: string) => void;
  /** Takes the needed members of an answer that is not streamed. */
  readonly answer: (answer: JsonObject) => void;
  /** Says that generated content came, if none had. */
  readonly firstToken: () => void;
  /** Sets the time of what comes next, in epoch milliseconds. */
  readonly at: (nowMs: number) => void;
  readonly totals: () => TokenTotals;
  readonly responseId: () => string | null;
  readonly firstTokenAt: () => number | null;
};

export type MessageReadingOptions = {
  readonly operation: string;
  readonly onResponseId?: ((id: string) => void) | undefined;
};

export function createMessageReading({ operation, onResponseId }: MessageReadingOptions): MessageReading {
  const counts = createTokenCounts(operation);
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
    wants: (bytes) => firstTokenAt === null || mayHoldCounts(bytes),
    event(text) {
      const message = parseObject(text);
      if (message === undefined || isKeepAlive(message)) return;
      if (firstTokenAt === null && carriesGenerated(message)) firstToken();
      answer(message);
    },
    answer,
    firstToken,
    at(time) {
      nowMs = time;
    },
    totals: () => counts.totals(),
    responseId: () => responseId,
    firstTokenAt: () => firstTokenAt,
  };
}

function parseObject(text: string): JsonObject | undefined {
  // Spares `[DONE]` the cost of a thrown error.
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

// What has been read from an answer so far: counts, response id, time of the first generated token. Takes parsed events or
// one parsed answer, in order; knows nothing of bytes and framing.

import type { UnmeteredReason } from '../../../shared/metering-model.ts';
import { isJsonObject, type JsonObject } from '../../lib/json-shape.ts';
import { carriesGenerated, isKeepAlive } from './generated-content.ts';
import { responseIdOf } from './response-id.ts';
import { createTokenCounts, mayHoldCounts, type TokenSpeeds, type TokenTotals } from './token-counts.ts';
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
  /** What was said in numbers, without anything counted or estimated. */
  readonly reported: () => TokenTotals;
  readonly responseId: () => string | null;
  readonly firstTokenAt: () => number | null;
  /** When the last piece of generated content of a stream came. */
  readonly lastTokenAt: () => number | null;
  readonly speeds: () => TokenSpeeds;
  /** Says that something was passed on unread; the first time counts. */
  readonly missed: (reason: UnmeteredReason) => void;
  readonly missedFor: () => UnmeteredReason | undefined;
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
  let lastTokenAt: number | null = null;
  let missedFor: UnmeteredReason | undefined;

  function firstToken(): void {
    firstTokenAt ??= nowMs;
  }

  function passed(pieces: number): void {
    deltas += pieces;
    if (pieces > 0) lastTokenAt = nowMs;
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
      passed(deltasAsked);
    },
    event(text) {
      const message = eventIn(text);
      if (message === unreadable) missedFor ??= 'unreadable';
      if (message === undefined || message === unreadable || isKeepAlive(message)) return;
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
      passed(deltasAsked);
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
    reported: counts.totals,
    responseId: () => responseId,
    firstTokenAt: () => firstTokenAt,
    lastTokenAt: () => lastTokenAt,
    speeds: counts.speeds,
    missed(reason) {
      missedFor ??= reason;
    },
    missedFor: () => missedFor,
  };
}

function isOfResponses({ type }: JsonObject): boolean {
  return typeof type === 'string' && type.startsWith('response.');
}

const unreadable = Symbol('unreadable');

// Not parseObject: what claims to be an object and is none has to be told.
function eventIn(text: string): JsonObject | typeof unreadable | undefined {
  // Spares `[DONE]` the cost of a thrown error.
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return unreadable;
  }
}

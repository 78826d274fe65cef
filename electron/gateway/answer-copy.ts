// Keeps a copy of what a tokenizer may have to count once an answer is over: the prompt's body and the answer's bytes, of
// model servers that have a tokenizer, up to a limit each and up to one for all of them together. Reads nothing of it.

import type { Authorized } from './exchange.ts';
import type { GatewayUpstream } from './ports.ts';
import { createGrowingBytes } from './tally/growing-bytes.ts';
import { tokenizerOf } from './tokenizers.ts';

export type AnswerCopy = {
  /** Takes a piece of the answer; beyond the limits nothing of the answer is kept. */
  readonly chunk: (bytes: Buffer) => void;
  readonly prompt: () => Buffer;
  /** All of the answer so far; undefined where it was too much. */
  readonly answer: () => Buffer | undefined;
  /** Gives the memory back; further calls do nothing. */
  readonly letGo: () => void;
};

export type AnswerCopies = {
  /** Undefined where there is nobody to count it, or no room. */
  readonly open: (exchange: Authorized, upstream: GatewayUpstream) => AnswerCopy | undefined;
};

const promptCapBytes = 128 * 1024;
const answerCapBytes = 512 * 1024;
const allCapBytes = 32 * 1024 * 1024;
const nothing = Buffer.alloc(0);

export function createAnswerCopies(): AnswerCopies {
  let heldBytes = 0;
  return {
    open(exchange, upstream) {
      const { body, route, operation } = exchange;
      if (!route.metered || operation !== 'chat' || tokenizerOf(upstream.kind) === undefined) return undefined;
      if (body.sizeBytes > promptCapBytes || heldBytes + body.sizeBytes > allCapBytes) return undefined;
      let prompt = body.bytes();
      let mine = prompt.length;
      heldBytes += mine;
      const kept = createGrowingBytes(answerCapBytes);
      let tooMuch = false;
      return {
        chunk(bytes) {
          if (tooMuch) return;
          tooMuch = heldBytes + bytes.length > allCapBytes || !kept.add(bytes, 0, bytes.length);
          if (tooMuch) {
            heldBytes -= kept.size();
            mine -= kept.size();
            kept.clear();
          } else {
            heldBytes += bytes.length;
            mine += bytes.length;
          }
        },
        prompt: () => prompt,
        answer: () => (tooMuch ? undefined : kept.view()),
        letGo() {
          heldBytes -= mine;
          mine = 0;
          prompt = nothing;
          kept.clear();
        },
      };
    },
  };
}

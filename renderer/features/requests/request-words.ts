// A request's result, caller and figures as words and colours. Pure functions.

import type { RequestView } from '../../../shared/usage-model.ts';
import { captureTexts } from '../../texts/capture-texts.ts';
import { refusalText } from '../../texts/refusal-texts.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import type { Tone } from '../../ui/tone.ts';

/** Refusals that a limit of the owner's brought about, as meant; the others are somebody without the right. */
const limits: ReadonlySet<string> = new Set([
  'rate_limited',
  'parallel_limited',
  'key_blocked',
  'key_paused',
  'model_not_allowed',
  'body_over_cap',
  'memory_full',
]);

export function resultOf({ outcome, status, errorCode }: RequestView): { readonly tone: Tone; readonly word: string } {
  const code = errorCode === null ? undefined : refusalText(errorCode).short;
  switch (outcome) {
    case 'ok':
      return status < 400 ? { tone: 'good', word: String(status) } : { tone: 'limited', word: String(status) };
    case 'client_gone':
      return { tone: 'off', word: texts.outcomes.client_gone };
    case 'ended':
      return { tone: 'limited', word: code ?? texts.outcomes.ended };
    case 'refused':
      return {
        tone: errorCode !== null && limits.has(errorCode) ? 'limited' : 'bad',
        word: code ?? texts.outcomes.refused,
      };
    case 'upstream_error':
      return { tone: 'bad', word: `${texts.outcomes.upstream_error} ${status}` };
    default:
      return { tone: 'bad', word: code ?? texts.outcomes[outcome] };
  }
}

/** Who asked: the key's name, or where somebody without one came from. */
export function callerNameOf({
  keyId,
  keyName,
  caller,
  clientAddress,
}: Pick<RequestView, 'keyId' | 'keyName' | 'caller' | 'clientAddress'>): string {
  if (keyId !== null) return keyName ?? keyId;
  if (caller === 'replay') return captureTexts.replay.caller;
  return caller === 'this_computer' ? texts.thisComputer : clientAddress || texts.noKey;
}

export const operationOf = ({ operation }: Pick<RequestView, 'operation'>): string =>
  texts.operations[operation] ?? operation;

/** From its arrival to the first token. */
export const firstTokenMsOf = ({ firstTokenAt, receivedAt }: RequestView): number | null =>
  firstTokenAt === null ? null : Math.max(0, firstTokenAt - receivedAt);

/** Output tokens a second, as it was written down; of older rows from the first token to the end. */
export function speedOf({ outputPerSecond, tokensOut, firstTokenAt, endedAt }: RequestView): number | null {
  if (outputPerSecond !== null) return outputPerSecond;
  if (tokensOut === null || tokensOut < 2 || firstTokenAt === null || endedAt <= firstTokenAt) return null;
  return (tokensOut * 1000) / (endedAt - firstTokenAt);
}

export const tokensOf = ({ tokensIn, tokensOut }: RequestView): number | null =>
  tokensIn === null && tokensOut === null ? null : (tokensIn ?? 0) + (tokensOut ?? 0);

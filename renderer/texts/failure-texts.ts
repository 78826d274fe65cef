// How a request that did not end well is told: by the gateway's error, or by the status that the model server itself
// answered with. The words for errors of the gateway are in refusal-texts.ts.

import { type RefusalText, refusalText } from './refusal-texts.ts';

const wantsItsOwnKey: RefusalText = {
  short: 'the model server wants a key of its own',
  why: 'The model server did not take the key that it was given, or was given none.',
  cure: 'Give Keyhatch that key on the Models page.',
};

/** What model servers mean by the errors they answer with themselves. */
const ofTheServer: Readonly<Record<number, RefusalText>> = {
  401: wantsItsOwnKey,
  403: wantsItsOwnKey,
  404: {
    short: 'the model server knows no such model',
    why: 'The model server knows no such model.',
    cure: 'Choose one of the models that the Models page lists, spelled exactly so.',
  },
};

const otherwise: RefusalText = {
  short: 'the model server did not accept it',
  why: 'The model server did not accept the request.',
  cure: 'See its own log for the reason: Keyhatch passed the request on as it came.',
};

/** @param errorCode null where the model server itself answered with an error, of this status */
export function failureText(end: { readonly errorCode: string | null; readonly status: number }): RefusalText {
  return end.errorCode === null ? (ofTheServer[end.status] ?? otherwise) : refusalText(end.errorCode);
}

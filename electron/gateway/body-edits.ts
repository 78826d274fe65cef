// What the gateway puts into a body before it goes on: the key's cap where the request names none, and the model that an
// alias stands for where the key's lists were held against it. Splices into the original bytes; nothing is written anew.

import { KeyhatchError } from '../../shared/errors.ts';
import { optionMembers } from './body-amounts.ts';
import type { BodyFacts } from './body-policy.ts';
import { type JsonMember, skipSpace } from './json-members.ts';
import type { RouteRow } from './route-table.ts';

/** Bytes to put between two places of a body, in the stead of what lies between them. */
export type Splice = { readonly from: number; readonly to: number; readonly text: Buffer };

export type WantedEdits = {
  /** The model that must stand in the body, where it is another than the one that does. */
  readonly model: string | undefined;
  readonly maxTokens: number | null;
};

/** In the order of the bytes. @throws KeyhatchError `body_invalid` */
export function editsOf(
  bytes: Buffer,
  facts: BodyFacts,
  tokenField: RouteRow['tokenField'],
  wanted: WantedEdits,
): readonly Splice[] {
  const splices: Splice[] = [];
  const inserted: string[] = [];
  const put = (name: string, json: string) => {
    const member = facts.members.get(name);
    if (!member) inserted.push(`${JSON.stringify(name)}:${json}`);
    else splices.push({ from: member.valueStart, to: member.valueEnd, text: Buffer.from(json) });
  };
  if (wanted.model !== undefined) put('model', JSON.stringify(wanted.model));
  if (wanted.maxTokens !== null && tokenField !== undefined) {
    const tokens = String(smallestWish(facts, wanted.maxTokens));
    if (tokenField === 'num_predict') putOption(bytes, facts, tokens, put, splices);
    else if (isAbsent(bytes, facts.members.get(tokenField))) put(tokenField, tokens);
  }
  if (inserted.length > 0) splices.push(insertion(bytes, bytes.indexOf('{') + 1, inserted.join(',')));
  return splices.sort((a, b) => a.from - b.from);
}

// A server that does not know the spelling of the wish would answer without end: it is said once more in the common one.
function smallestWish({ amounts }: BodyFacts, cap: number): number {
  return Math.min(cap, ...amounts.filter((asked) => asked.cap === 'maxTokens').map(({ value }) => Math.floor(value)));
}

function putOption(
  bytes: Buffer,
  { members }: BodyFacts,
  tokens: string,
  put: (name: string, json: string) => void,
  splices: Splice[],
): void {
  const options = members.get('options');
  if (!options || isAbsent(bytes, options)) {
    put('options', `{"num_predict":${tokens}}`);
    return;
  }
  if (bytes[options.valueStart] !== 0x7b) {
    throw new KeyhatchError('body_invalid', { details: { reason: '"options" is not an object' } });
  }
  const present = optionMembers(bytes, options).get('num_predict');
  if (!present) splices.push(insertion(bytes, options.valueStart + 1, `"num_predict":${tokens}`));
  else if (isAbsent(bytes, present))
    splices.push({ from: present.valueStart, to: present.valueEnd, text: Buffer.from(tokens) });
}

/** Before the first member of an object that opens right before `at`. */
function insertion(bytes: Buffer, at: number, members: string): Splice {
  const isEmpty = bytes[skipSpace(bytes, at)] === 0x7d;
  return { from: at, to: at, text: Buffer.from(isEmpty ? members : `${members},`) };
}

/** Not there, or there as null. */
function isAbsent(bytes: Buffer, member: JsonMember | undefined): boolean {
  return member === undefined || bytes.toString('latin1', member.valueStart, member.valueEnd) === 'null';
}

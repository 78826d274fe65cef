// Where a multipart form names its model, so that another can be put there: the bytes of that one part, and nothing else.
// Reads more strictly than any server does, because what two readers could take for two forms must not be rewritten.

import { KeyhatchError } from '../../shared/errors.ts';
import type { Splice } from './body-edits.ts';

const formType = /^multipart\/form-data\s*;\s*boundary=("?)([A-Za-z0-9'()+_,./:=?-]{1,70})\1\s*$/i;

/** Undefined with two boundaries, or one that can be read in two ways: servers would see two different forms. */
export function boundaryOf(contentType: string): string | undefined {
  return formType.exec(contentType)?.[2];
}

type Part = { readonly head: string; readonly from: number; readonly to: number };

/**
 * Puts a model in the place of the one that the form asks for.
 * @throws KeyhatchError `body_invalid` where the form is not as plain as clients write it
 */
export function formModelSplice(
  bytes: Buffer,
  contentType: string,
  { asked, model }: { readonly asked: string; readonly model: string },
): Splice {
  const parts = plainParts(bytes, boundaryOf(contentType) ?? '');
  const named = parts?.map((part) => ({ ...part, name: nameOf(part.head) })) ?? [];
  const [place, ...more] = named.filter(({ name }) => name === 'model');
  const plain =
    place !== undefined &&
    more.length === 0 &&
    named.every(({ name }) => name !== undefined) &&
    isPlainText(place.head) &&
    bytes.toString('utf8', place.from, place.to) === asked;
  // A name that could end its own part is not put into one.
  if (!plain || model.startsWith('--') || /\p{Cc}/u.test(model)) {
    const reason = `its form names the alias "${asked}" in a way that cannot be rewritten; name the model itself, "${model}"`;
    throw new KeyhatchError('body_invalid', { details: { reason } });
  }
  return { from: place.from, to: place.to, text: Buffer.from(model) };
}

const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');
const headMaxBytes = 4096;

/** All parts of a form that has nothing before, after or between them; undefined for any other. */
function plainParts(bytes: Buffer, boundary: string): readonly Part[] | undefined {
  const first = Buffer.from(`--${boundary}`);
  const next = Buffer.concat([lineEnd, first]);
  const stands = (what: Buffer, at: number) => bytes.subarray(at, at + what.length).equals(what);
  if (!stands(first, 0)) return undefined;
  const parts: Part[] = [];
  for (let at = first.length; stands(lineEnd, at); ) {
    const end = bytes.subarray(at, at + headMaxBytes).indexOf(headEnd);
    const from = at + end + headEnd.length;
    // A boundary right below the head is a part's end to some, and content to others.
    const to = end < 0 || stands(first, from) ? -1 : bytes.indexOf(next, from);
    if (to < 0) return undefined;
    parts.push({ head: bytes.toString('latin1', at + lineEnd.length, at + end), from, to });
    at = to + next.length;
    if (/^--(?:\r\n)?$/.test(bytes.toString('latin1', at, at + 5))) return parts;
  }
  return undefined;
}

/** The name of a part's field; undefined where it is not said once, in the usual way. */
function nameOf(head: string): string | undefined {
  const lines = head.split('\r\n');
  const dispositions = lines.filter((line) => /^content-disposition\s*:/i.test(line));
  if (dispositions.length !== 1 || lines.some((line) => !/^[A-Za-z-]+:/.test(line) || /[\r\n]/.test(line)))
    return undefined;
  const [, name, rest = ''] =
    /^[^:]+: ?form-data; ?name="([A-Za-z0-9_.[\]-]{1,100})"(.*)$/i.exec(dispositions[0] ?? '') ?? [];
  return /;\s*name\s*\*?\s*=/i.test(rest) || (name === 'model' && rest !== '') ? undefined : name;
}

/** Whether it says of its content nothing but that it is text. */
function isPlainText(head: string): boolean {
  return head
    .split('\r\n')
    .every((line) => /^content-disposition:|^content-type: ?text\/plain(?:; ?charset="?utf-8"?)?$/i.test(line));
}

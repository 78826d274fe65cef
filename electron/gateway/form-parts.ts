// The parts of a multipart form (RFC 7578), with the place of each in the body's bytes. Takes forms as clients write them and
// refuses every other: what two readers could part, name or decode in two ways is one form to us and another to the server.

import { invalid } from './body-policy.ts';

export type FormPart = {
  readonly name: string;
  /** Whether it says that it is a file, or something other than text. */
  readonly isFile: boolean;
  /** It is text in another character set than UTF-8, of which ASCII is the part that all have in common. */
  readonly asciiOnly: boolean;
  /** Its content is `bytes.subarray(from, to)`. */
  readonly from: number;
  readonly to: number;
};

const formType = /^multipart\/form-data\s*;\s*boundary=("?)([A-Za-z0-9'()+_,./:=?-]{1,70})\1\s*$/i;
const lineEnd = Buffer.from('\r\n');
const headEnd = Buffer.from('\r\n\r\n');
const headMaxBytes = 4096;

/** @throws KeyhatchError `body_invalid` unless every server would find the same parts */
export function partsOfForm(bytes: Buffer, contentType: string): readonly FormPart[] {
  const boundary = formType.exec(contentType)?.[2];
  if (boundary === undefined) throw invalid('its Content-Type must be multipart/form-data with one boundary');
  const first = Buffer.from(`--${boundary}`);
  const next = Buffer.concat([lineEnd, first]);
  const stands = (what: Buffer, at: number) => bytes.subarray(at, at + what.length).equals(what);
  if (!stands(first, 0)) throw invalid('its form does not begin with its boundary');
  const parts: FormPart[] = [];
  for (let at = first.length; stands(lineEnd, at); ) {
    const end = bytes.subarray(at, at + headMaxBytes).indexOf(headEnd);
    const from = at + end + headEnd.length;
    // A boundary right below the head is a part's end to some, and content to others.
    const to = end < 0 || stands(first, from) ? -1 : bytes.indexOf(next, from);
    if (to < 0) throw invalid('a part of its form has no end');
    const head = bytes.toString('utf8', at + lineEnd.length, at + end);
    parts.push({ ...readHead(head), from, to });
    at = to + next.length;
    // Some clients end it with an empty line.
    if (/^--(?:\r\n){0,2}$/.test(bytes.toString('latin1', at, at + 7))) return parts;
  }
  throw invalid('its form does not end with its boundary');
}

// Some clients leave the quotes out, some say the file's name twice, the second time as RFC 5987 has it.
const disposition =
  /^content-disposition: ?form-data; ?name=("?)([A-Za-z0-9_.[\]-]{1,100})\1(; ?filename=(?:"(?:[^"\\]|\\(?!"))*"|[^\s";]+))?(; ?filename\*=[^\s";]+)?$/i;
const contentTypeLine = /^content-type: ?([^\r\n]+)$/i;
/** Character sets that clients name for text, Java's older ones the second. */
const textType = /^text\/plain(?:; ?charset="?(?:utf-8|iso-8859-1|us-ascii|windows-1252)"?)?$/i;
/** None of these says how the content is written. */
const idleLine =
  /^(?:content-length: ?\d{1,15}|content-transfer-encoding: ?(?:7bit|8bit|binary)|(?!content-)[a-z][a-z0-9-]*:.*)$/i;

function readHead(head: string): Pick<FormPart, 'name' | 'isFile' | 'asciiOnly'> {
  const lines = head.split('\r\n');
  const dispositions = lines.map((line) => disposition.exec(line)).filter((found) => found !== null);
  const types = lines.map((line) => contentTypeLine.exec(line)?.[1]).filter((found) => found !== undefined);
  const idle = lines.filter((line) => idleLine.test(line));
  const [found] = dispositions;
  const known = dispositions.length + types.length + idle.length;
  if (!found || dispositions.length > 1 || types.length > 1 || known !== lines.length || /\p{Cc}/u.test(lines.join('')))
    throw invalid('a part of its form is described in an odd way');
  const [, , name = '', file, fileAgain] = found;
  const [type = 'text/plain'] = types;
  const isFile = file !== undefined || fileAgain !== undefined || !textType.test(type);
  return { name, isFile, asciiOnly: !/^text\/plain(?:; ?charset="?utf-8"?)?$/i.test(type) };
}

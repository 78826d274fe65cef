// Finds the members of a JSON text's top-level object in its raw bytes, without decoding or building anything below them:
// what a body names twice, or where a number lies in megabytes of answer. Keeps every duplicate, which JSON.parse hides.
// Must not be taken for a validator: nested values are stepped over by counting, so check requests with JSON.parse too.

/** A top-level member; its value is `bytes.subarray(valueStart, valueEnd)`, without the whitespace around it. */
export type JsonMember = { readonly key: string; readonly valueStart: number; readonly valueEnd: number };

export type TopLevelScan =
  | {
      readonly ok: true;
      readonly members: readonly JsonMember[];
      /** How many brackets are open at once at most, below the object itself. */
      readonly depth: number;
    }
  | { readonly ok: false; readonly reason: string };

const quote = 0x22;
const comma = 0x2c;
const colon = 0x3a;
const openBracket = 0x5b;
const backslash = 0x5c;
const underscore = 0x5f;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** So many bytes of a string are looped over faster than a native search is called. */
const loopBytes = 48;

const notJson = -1;

/**
 * Lists the members of the top-level object in the order of the text, duplicates included, keys decoded.
 * Takes every valid object (RFC 8259, UTF-8, no byte order mark) as JSON.parse does; never throws.
 */
export function scanTopLevel(bytes: Buffer): TopLevelScan {
  const members: JsonMember[] = [];
  const deepest: Deepest = { depth: 0 };
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== openBrace) return refuse('it is not a JSON object');
  at = skipSpace(bytes, at + 1);
  if (bytes[at] === closeBrace) return finish(bytes, at, members, 0);
  for (;;) {
    const keyEnd = bytes[at] === quote ? skipString(bytes, at) : notJson;
    const key = keyEnd === notJson ? undefined : decodeKey(bytes, at, keyEnd);
    if (key === undefined) return refuse('a member name is not a JSON string');
    at = skipSpace(bytes, keyEnd);
    if (bytes[at] !== colon) return refuse('a member has no value');
    const valueStart = skipSpace(bytes, at + 1);
    const valueEnd = skipValue(bytes, valueStart, deepest);
    if (valueEnd === notJson) return refuse('a value is not complete');
    members.push({ key, valueStart, valueEnd });
    at = skipSpace(bytes, valueEnd);
    if (bytes[at] === closeBrace) return finish(bytes, at, members, deepest.depth);
    if (bytes[at] !== comma) return refuse('its members are not separated by commas');
    at = skipSpace(bytes, at + 1);
  }
}

/** Whether a JSON text holds more than `most` values, counted by the commas and openings outside its strings. */
export function hasMoreValues(bytes: Buffer, most: number): boolean {
  if (bytes.length <= most) return false;
  let values = 0;
  let at = 0;
  while (at < bytes.length) {
    const byte = bytes[at] as number;
    at += 1;
    if (byte === quote) {
      at = skipString(bytes, at - 1);
      if (at === notJson) return false;
    } else if (byte === comma || (byte | 0x20) === openBrace) {
      values += 1;
      if (values > most) return true;
    }
  }
  return false;
}

/**
 * Whether a member's name, at any depth, writes as an escape what needs none: a letter, a digit, the underscore, or one of
 * the two letters that foldKey folds. No encoder writes the first like that; the last two stand in no name of a field. V8's JSON.parse (12.8 to 14.6 and later, nodejs/node#63785) takes
 * such a name for another one that an earlier text held in the same place and that is spelled like its start, so that
 * whoever sent both hides a field from us which the model server reads.
 */
export function hasDisguisedName(bytes: Buffer): boolean {
  if (!bytes.includes('\\u')) return false;
  for (let at = bytes.indexOf(quote); at !== -1; at = bytes.indexOf(quote, at)) {
    const end = skipString(bytes, at);
    if (end === notJson) return false;
    if (bytes[skipSpace(bytes, end)] === colon && disguises(bytes, at + 1, end - 1)) return true;
    at = end;
  }
  return false;
}

/**
 * Folds the case of a member name so that two names are equal exactly when Go's encoding/json takes both for the same
 * ASCII field: A–Z, and the two letters beyond ASCII that fold into it, U+017F (ſ → s) and U+212A (K → k).
 */
export function foldKey(key: string): string {
  // Not toUpperCase().toLowerCase(): that also turns ı into i and ß into ss, which Go does not.
  return key.toLowerCase().replaceAll('\u017f', 's');
}

function refuse(reason: string): TopLevelScan {
  return { ok: false, reason };
}

function finish(bytes: Buffer, closedAt: number, members: readonly JsonMember[], depth: number): TopLevelScan {
  return skipSpace(bytes, closedAt + 1) === bytes.length
    ? { ok: true, members, depth }
    : refuse('something follows the JSON object');
}

/** To behind the whitespace that begins there, if any does. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
  }
  return at;
}

/** From an opening quote to behind the closing one. Loops over a few bytes, then searches, in turns. */
function skipString(bytes: Buffer, open: number): number {
  let at = open + 1;
  for (;;) {
    const loopEnd = Math.min(bytes.length, at + loopBytes);
    for (; at < loopEnd; at += 1) {
      const byte = bytes[at];
      if (byte === quote) return at + 1;
      if (byte === backslash) at += 1;
    }
    // Here `at` is never behind an odd run of backslashes, so what comes before it need not be counted.
    const found = bytes.indexOf(quote, at);
    if (found === -1) return notJson;
    let run = found;
    while (run > at && bytes[run - 1] === backslash) run -= 1;
    if ((found - run) % 2 === 0) return found + 1;
    at = found + 1;
  }
}

type Deepest = { depth: number };

function skipValue(bytes: Buffer, from: number, deepest: Deepest): number {
  switch (bytes[from]) {
    case quote:
      return skipString(bytes, from);
    case openBrace:
    case openBracket:
      return skipNested(bytes, from, deepest);
    default:
      return skipScalar(bytes, from);
  }
}

function skipNested(bytes: Buffer, from: number, deepest: Deepest): number {
  const end = bytes.length;
  let depth = 0;
  let at = from;
  while (at < end) {
    const byte = bytes[at] as number;
    at += 1;
    // Numbers, commas and spaces lie below the brackets: arrays of numbers run through here.
    if (byte < openBracket && byte !== quote) continue;
    if (byte === quote) {
      at = skipString(bytes, at - 1);
      if (at === notJson) return notJson;
      continue;
    }
    // A bracket and its brace differ in this bit only.
    const brace = byte | 0x20;
    if (brace === openBrace) {
      depth += 1;
      if (depth > deepest.depth) deepest.depth = depth;
    } else if (brace === closeBrace) {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  return notJson;
}

/** A number, `true`, `false` or `null`: letters, digits, signs and dots, whatever they spell. */
function skipScalar(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && isScalarByte(bytes[at] as number)) at += 1;
  return at === from ? notJson : at;
}

function isScalarByte(byte: number): boolean {
  if (byte >= 0x30 && byte <= 0x39) return true;
  const lower = byte | 0x20;
  return (lower >= 0x61 && lower <= 0x7a) || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

const letterU = 0x75;

// Byte by byte: a name may be made of millions of escapes, and a piece of text for each would stop the process for seconds.
function disguises(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 1) {
    if (bytes[at] !== backslash) continue;
    // What follows a backslash begins no escape of its own: `\\u0061` is a backslash and five letters.
    at += 1;
    if (bytes[at] === letterU && isPlainUnit(unitAt(bytes, at + 1))) return true;
  }
  return false;
}

/** The number that four hexadecimal digits spell; anything, where they are none: JSON.parse refuses that. */
function unitAt(bytes: Buffer, from: number): number {
  let unit = 0;
  for (let at = from; at < from + 4; at += 1) {
    const digit = bytes[at] ?? 0;
    unit = unit * 16 + (digit & 0x0f) + (digit > 0x39 ? 9 : 0);
  }
  return unit;
}

function isPlainUnit(unit: number): boolean {
  if (unit === underscore || unit === 0x17f || unit === 0x212a) return true;
  const lower = unit | 0x20;
  return (unit >= 0x30 && unit <= 0x39) || (lower >= 0x61 && lower <= 0x7a);
}

function decodeKey(bytes: Buffer, open: number, end: number): string | undefined {
  const plain = bytes.toString('latin1', open + 1, end - 1);
  if (/^[\w.-]*$/.test(plain)) return plain;
  const text = bytes.toString('utf8', open, end);
  try {
    return JSON.parse(text) as string;
  } catch {
    // A raw control character or an escape that JSON does not have.
    return undefined;
  }
}

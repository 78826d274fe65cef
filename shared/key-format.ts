// How a key is spelled: `kh_<id>_<secret><check>`. Makes, parses and checks the spelling,
// and says which values are never keys (placeholders). Knows nothing about which keys exist.

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const idLength = 8;
const secretLength = 32;
const checkLength = 6;

/**
 * `kh_` opens the gateway; `kha_` (admin) never does; `khp_` does so as a part of a path, for clients that send no key;
 * `khr_` opens nothing and is exchanged for a person's next short-lived token.
 */
export type KeyPrefix = 'kh' | 'kha' | 'khp' | 'khr';

export type ParsedKey =
  | { readonly kind: 'key'; readonly prefix: KeyPrefix; readonly id: string }
  | { readonly kind: 'malformed'; readonly prefix: KeyPrefix }
  | { readonly kind: 'foreign' };

/** Fills a buffer with cryptographically strong random bytes. */
export type FillRandom = (bytes: Uint8Array) => void;

/**
 * Spells a new key: 8 characters of public id, 32 of secret (190 bits), 6 of CRC-32 over all that stands before it.
 * @param id keeps an id across a rotation; a new one is drawn when absent
 */
export function makeKey(
  fillRandom: FillRandom,
  prefix: KeyPrefix,
  id = randomBase62(fillRandom, idLength),
): { id: string; key: string } {
  const body = `${prefix}_${id}_${randomBase62(fillRandom, secretLength)}`;
  return { id, key: body + checkOf(body) };
}

/** A new public id, as keys, upstreams and profiles carry it. */
export function makeId(fillRandom: FillRandom): string {
  return randomBase62(fillRandom, idLength);
}

/** Tells one of our keys from a mistyped one and from anything else, without a look-up. */
export function parseKey(value: string): ParsedKey {
  const head = /^(kh[apr]?)_/.exec(value);
  if (!head) return { kind: 'foreign' };
  const prefix = head[1] as KeyPrefix;
  const whole = /^kh[apr]?_([0-9A-Za-z]{8})_[0-9A-Za-z]{38}$/.exec(value);
  const body = value.slice(0, -checkLength);
  if (!whole?.[1] || checkOf(body) !== value.slice(-checkLength)) return { kind: 'malformed', prefix };
  return { kind: 'key', prefix, id: whole[1] };
}

/** By its spelling, whether there is such a key or not. */
export function isAdminKey(value: string): boolean {
  const parsed = parseKey(value);
  return parsed.kind !== 'foreign' && parsed.prefix === 'kha';
}

const placeholders: ReadonlySet<string> = new Set([
  'lm-studio',
  'lmstudio',
  'ollama',
  'not-needed',
  'not_needed',
  'notneeded',
  'no-key',
  'nokey',
  'none',
  'null',
  'undefined',
  'noop',
  'dummy',
  'default-key',
  'sk-no-key-required',
  'no-key-required',
  'empty',
  'test',
  'local',
  'placeholder',
  'your-api-key',
  'your_api_key',
  'api-key',
  'sk-xxx',
  'x',
  'xxx',
  '-',
  'key',
  'token',
  'anything',
]);

/** Whether a credential is what clients send when they have no key but must send something. */
export function isPlaceholder(value: string): boolean {
  return placeholders.has(value.toLowerCase());
}

/**
 * Why a value typed by the owner cannot be a key, or undefined when it can: 16 to 256 visible ASCII characters, not
 * beginning like ours, not a placeholder, not a JWT.
 */
export function unsuitableAsKey(value: string): string | undefined {
  if (value.length < weakBelowChars) return `it has fewer than ${weakBelowChars} characters`;
  const reason = unsuitableAtAnyLength(value);
  if (reason !== undefined) return reason;
  return new Set(value).size < 6 ? 'it repeats too few characters' : undefined;
}

/** Shorter values come in by an import alone, and are weak. */
export const weakBelowChars = 16;
const importFromChars = 4;

/** The same for a value that another program let in: it may be short, and is then a weak key. */
export function unsuitableForImport(value: string): string | undefined {
  if (value.length >= weakBelowChars) return unsuitableAsKey(value);
  if (value.length < importFromChars) return `it has fewer than ${importFromChars} characters`;
  return unsuitableAtAnyLength(value);
}

function unsuitableAtAnyLength(value: string): string | undefined {
  if (value.length > 256) return 'it has more than 256 characters';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'it holds a space or a character outside ASCII, which headers cannot carry';
  if (/^kh[apr]?_/i.test(value)) return 'it begins like a key that Keyhatch makes itself';
  if (isPlaceholder(value)) return 'programs send it when they have no key at all';
  if (/^ey[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/.test(value)) return 'it is a signed token (JWT)';
  return undefined;
}

/** Any spelling of our keys inside a longer text, for scrubbing logs and finding keys in URLs. */
export const keyPattern = /kh[apr]?_[0-9A-Za-z]{8}_[0-9A-Za-z]{6,}/g;

function randomBase62(fillRandom: FillRandom, length: number): string {
  // 248 is the largest multiple of 62 in a byte: bytes above it are drawn again, so that no letter is likelier.
  let text = '';
  const bytes = new Uint8Array(length * 2);
  while (text.length < length) {
    fillRandom(bytes);
    for (const byte of bytes) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}

function checkOf(body: string): string {
  let rest = crc32(body);
  let text = '';
  for (let i = 0; i < checkLength; i++) {
    text = alphabet[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

// CRC-32 (IEEE 802.3, reflected), bitwise: runs once per malformed look-alike, and shared may not import node:zlib.
function crc32(ascii: string): number {
  let crc = 0xffffffff;
  for (let i = 0; i < ascii.length; i++) {
    crc ^= ascii.charCodeAt(i) & 0xff;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

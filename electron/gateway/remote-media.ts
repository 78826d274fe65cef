// Finds the place in a request where a model server would fetch an image, video, sound or file from a URL or a path
// (SSRF and file reading). Inline `data:` URLs and bare base64 are fine.

import { KeyhatchError } from '../../shared/errors.ts';
import { foldKey } from './json-members.ts';

// Under these a string must be a data: URL; anything else is fetched or opened by some server.
const urlKeys: ReadonlySet<string> = new Set([
  'image_url',
  'image_urls',
  'video_url',
  'audio_url',
  'file_url',
  'data_url',
  'media_url',
  'source_url',
]);
// Under these servers also take bare base64, so only what cannot be that counts. `file` is what LocalAI fetches.
const mediaKeys: ReadonlySet<string> = new Set([
  'image',
  'images',
  'video',
  'videos',
  'audio',
  'audios',
  'file',
  'files',
  'media',
  'mask',
  'ref_images',
  'init_image',
  'init_images',
  'input_image',
  'input_audio',
  'url',
  'uri',
  'path',
  'file_path',
]);
// Descriptions, arguments and results of tools, and what an answer cited, are data for the model or the client: no server
// fetches what stands in them.
const dataOnly: ReadonlySet<string> = new Set([
  'tools',
  'functions',
  'response_format',
  'format',
  'arguments',
  'metadata',
  'json_schema',
  'schema',
  'annotations',
  'citations',
  'sources',
  'action',
  'queries',
]);
const citation = /citation|result$|_call$/;

const deepest = 100;

type Open = {
  readonly values: Iterator<readonly [string, unknown]>;
  readonly key: string;
  readonly parent: Open | undefined;
};

/** @returns the name of the member that holds an address, or undefined; @throws `body_invalid` when nested absurdly deep */
export function findRemoteMedia(root: Record<string, unknown>): string | undefined {
  // One iterator for each container that is open, and nothing for a value: a body may hold a million of those.
  let open: Open | undefined = { values: membersOf(root, ''), key: '', parent: undefined };
  let depth = 0;
  while (open) {
    const step: IteratorResult<readonly [string, unknown]> = open.values.next();
    if (step.done) {
      open = open.parent;
      depth -= 1;
      continue;
    }
    const [key, value] = step.value;
    if (typeof value === 'string') {
      if (isRemote(key, value)) return key;
    } else if (typeof value === 'object' && value !== null) {
      depth += 1;
      if (depth > deepest) throw new KeyhatchError('body_invalid', { details: { reason: 'it is nested too deep' } });
      const values = Array.isArray(value) ? itemsOf(value, key) : membersOf(value as Record<string, unknown>, key);
      open = { values, key, parent: open };
    }
  }
  return undefined;
}

function* itemsOf(items: readonly unknown[], key: string): Generator<readonly [string, unknown]> {
  for (const item of items) yield [key, item];
}

function* membersOf(object: Record<string, unknown>, parentKey: string): Generator<readonly [string, unknown]> {
  // Only as a block of a message: elsewhere a `type` means nothing, and would open these exceptions to anybody.
  const type = parentKey === 'content' ? typeOf(object) : '';
  const isToolUse = type.endsWith('tool_use');
  const isCitation = citation.test(type) && !type.endsWith('tool_result');
  for (const name in object) {
    const folded = foldKey(name);
    if (dataOnly.has(folded) || (isToolUse && folded === 'input')) continue;
    if (isCitation && (folded === 'url' || folded === 'uri')) continue;
    // `{ image_url: { url } }` and `{ source: { type: 'url', url } }`: the inner name means what the outer one says. A bare
    // `source` string is a citation (Anthropic's search results) and fetched by nobody.
    const inherits = folded === 'url' && (urlKeys.has(parentKey) || parentKey === 'source');
    yield [inherits ? (parentKey === 'source' ? 'source_url' : parentKey) : folded, object[name]];
  }
}

/** Nothing where it could be read in two ways: servers written in Go take `Type` for it too. */
function typeOf(object: Readonly<Record<string, unknown>>): string {
  const { type } = object;
  if (typeof type !== 'string') return '';
  return Object.keys(object).filter((name) => foldKey(name) === 'type').length === 1 ? foldKey(type) : '';
}

function isRemote(key: string, value: string): boolean {
  const isData = /^\s*data:/i.test(value);
  if (urlKeys.has(key)) return !isData;
  return mediaKeys.has(key) && !isData && !looksLikeBase64(value);
}

// A path such as /etc/passwd is made of base64's letters too, and can be made as long as one likes with more slashes or
// /proc/self/root. Of what begins with a slash JPEG alone is taken for media, which begins with /9j/.
function looksLikeBase64(value: string): boolean {
  const text = value.trimStart();
  if (!/^[A-Za-z0-9+/=_\s-]*$/.test(text.slice(0, 4096))) return false;
  return !text.startsWith('/') || (text.startsWith('/9j/') && text.length >= 256);
}

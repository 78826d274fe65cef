// Finds the place in a request where a model server would fetch an image, video, sound or file from a URL or a path
// (wire-formats §5.4: SSRF and file reading). Inline `data:` URLs and bare base64 are fine.

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
  'source_url',
]);
// Under these servers also take bare base64, so only what looks like an address counts.
const mediaKeys: ReadonlySet<string> = new Set(['image', 'images', 'video', 'videos', 'audio', 'audios']);
// Descriptions and arguments of tools are data for the model or the client: no server fetches what stands in them.
const dataOnly: ReadonlySet<string> = new Set([
  'tools',
  'functions',
  'response_format',
  'format',
  'arguments',
  'metadata',
  'json_schema',
  'schema',
]);

const deepest = 100;

type Step = { readonly value: unknown; readonly key: string; readonly depth: number };

/** @returns the name of the member that holds an address, or undefined; @throws `body_invalid` when nested absurdly deep */
export function findRemoteMedia(root: Record<string, unknown>): string | undefined {
  const open: Step[] = [{ value: root, key: '', depth: 0 }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { value, key, depth } = step;
    if (typeof value === 'string') {
      if (isRemote(key, value)) return key;
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth > deepest) throw new KeyhatchError('body_invalid', { details: { reason: 'it is nested too deep' } });
    if (Array.isArray(value)) for (const item of value) open.push({ value: item, key, depth: depth + 1 });
    else pushMembers(open, value as Record<string, unknown>, step);
  }
  return undefined;
}

function pushMembers(open: Step[], object: Record<string, unknown>, parent: Step): void {
  const isToolUse = typeof object['type'] === 'string' && object['type'].endsWith('tool_use');
  for (const [name, value] of Object.entries(object)) {
    const folded = foldKey(name);
    if (dataOnly.has(folded) || (isToolUse && folded === 'input')) continue;
    // `{ image_url: { url } }` and `{ source: { type: 'url', url } }`: the inner name means what the outer one says.
    // A bare `source` string is a citation (Anthropic's search results) and fetched by nobody.
    const inherits = folded === 'url' || folded === 'file' || folded === 'path';
    const meaning = parent.key === 'source' ? 'source_url' : parent.key;
    open.push({ value, key: inherits ? meaning : folded, depth: parent.depth + 1 });
  }
}

function isRemote(key: string, value: string): boolean {
  const isData = /^\s*data:/i.test(value);
  if (urlKeys.has(key)) return !isData;
  return mediaKeys.has(key) && !isData && /^\s*[a-z][a-z0-9+.-]{1,20}:/i.test(value);
}

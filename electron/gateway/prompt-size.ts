// How much text a request gives its model to read, for estimates where a model server reports nothing. Counts what is
// written in the members that hold prompts; media are left out, as their tokens have nothing to do with their size.

const promptMembers = [
  'messages',
  'prompt',
  'input',
  'system',
  'instructions',
  'suffix',
  'tools',
  'system_prompt',
  'query',
  'documents',
];

/** As much as a token of text is taken for. */
const bytesPerToken = 4;

/** Base64 lies under these, with or without `data:` before it. */
const mediaMembers: ReadonlySet<string> = new Set(['data', 'images', 'image', 'image_url', 'file_data', 'b64_json']);

/** Bytes of UTF-8. */
export function promptBytesOf(root: Record<string, unknown>): number {
  // A list of its own instead of calls, because bodies may be nested as deep as their sender likes.
  const left: unknown[] = promptMembers.map((member) => root[member]);
  let sizeBytes = 0;
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') {
      if (!value.startsWith('data:')) sizeBytes += Buffer.byteLength(value);
    } else if (Array.isArray(value)) {
      for (const element of value) left.push(element);
    } else if (typeof value === 'object' && value !== null) {
      for (const [member, inner] of Object.entries(value)) if (!mediaMembers.has(member)) left.push(inner);
    } else if (typeof value === 'number') {
      // A prompt may be given as tokens.
      sizeBytes += bytesPerToken;
    }
  }
  return sizeBytes;
}

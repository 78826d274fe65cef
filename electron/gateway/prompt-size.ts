// The text that a request gives its model to read, for estimates where a model server reports nothing. Takes what is
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
  'texts',
  'content',
];

/** As much as a token of text is taken for. */
const bytesPerToken = 4;

/** Base64 lies under these, with or without `data:` before it. */
const mediaMembers: ReadonlySet<string> = new Set(['data', 'images', 'image', 'image_url', 'file_data', 'b64_json']);

/** Bytes of UTF-8. */
export function promptBytesOf(root: Record<string, unknown>): number {
  let sizeBytes = 0;
  eachPiece(root, (piece) => {
    // A prompt may be given as tokens.
    sizeBytes += typeof piece === 'string' ? Buffer.byteLength(piece) : bytesPerToken;
  });
  return sizeBytes;
}

/** All of it, one piece to a line, in no order that means anything; tokens are left out. */
export function promptTextOf(root: Record<string, unknown>): string {
  const pieces: string[] = [];
  eachPiece(root, (piece) => {
    if (typeof piece === 'string') pieces.push(piece);
  });
  return pieces.join('\n');
}

function eachPiece(root: Record<string, unknown>, take: (piece: string | number) => void): void {
  // A list of its own instead of calls, because bodies may be nested as deep as their sender likes.
  const left: unknown[] = promptMembers.map((member) => root[member]);
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string') {
      if (!value.startsWith('data:')) take(value);
    } else if (Array.isArray(value)) {
      for (const element of value) left.push(element);
    } else if (typeof value === 'object' && value !== null) {
      for (const [member, inner] of Object.entries(value)) if (!mediaMembers.has(member)) left.push(inner);
    } else if (typeof value === 'number') {
      take(value);
    }
  }
}

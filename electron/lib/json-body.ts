// Reads one JSON body of an HTTP message, up to a limit. Must never hold more than that limit in memory.

import type { IncomingMessage } from 'node:http';

export type JsonBody =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: 'too_large' | 'not_json' };

/** Reads to the end even past the limit, so that the sender gets its answer instead of a broken pipe. */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<JsonBody> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
    // Nobody sends this much by mistake: stop listening to them.
    if (sizeBytes > maxBytes * 16) break;
  }
  if (sizeBytes > maxBytes) return { ok: false, problem: 'too_large' };
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown };
  } catch {
    return { ok: false, problem: 'not_json' };
  }
}

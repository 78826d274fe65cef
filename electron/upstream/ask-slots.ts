// Asks a model server how many requests it answers at once, where its kind tells: llama.cpp says it in `total_slots`. Must
// not remember anything: health-watch.ts does.

import { credentialHeaders } from '../lib/credential-headers.ts';
import { parseObject } from '../lib/json-shape.ts';
import { boundedGet } from './bounded-get.ts';
import type { ListedUpstream } from './list-models.ts';
import { upstreamEndpoint } from './upstream-address.ts';

/** It tells its chat template with it, which can be long. */
const maxBytes = 1024 * 1024;
const mostSlots = 10_000;

/** Undefined where that is not told. Never rejects. */
export async function askSlots(
  upstream: ListedUpstream,
  options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<number | undefined> {
  if (upstream.kind !== 'llamacpp') return undefined;
  const headers = credentialHeaders(upstream.kind, upstream.credential);
  const answer = await boundedGet(upstreamEndpoint(upstream.url, '/props'), headers, { ...options, maxBytes });
  if (!answer.answered || answer.status !== 200) return undefined;
  const slots = parseObject(answer.text)?.['total_slots'];
  return typeof slots === 'number' && Number.isInteger(slots) && slots >= 1 && slots <= mostSlots ? slots : undefined;
}

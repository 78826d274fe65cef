// Asks an OpenAI-dialect stream for its token numbers where the client did not: which requests get
// `stream_options.include_usage`, and where it goes into their bytes. Builds no body and sends nothing: forward.ts does.
// An upstream that turns out not to take it is not asked again for the caller that it refused, and one whose answers could
// not be edited for nobody.

import type { IncomingMessage } from 'node:http';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import type { Splice } from './body-edits.ts';
import { type Authorized, ownerOf } from './exchange.ts';
import { foldKey, scanTopLevel } from './json-members.ts';
import type { GatewayUpstream } from './ports.ts';

type Sent = { readonly exchange: Authorized; readonly upstream: GatewayUpstream };

export type UsageAsking = {
  /** What to put into this request's body; undefined leaves it as it is. */
  readonly spliceFor: (exchange: Authorized, upstream: GatewayUpstream) => Splice | undefined;
  /**
   * Looks at the head of the answer to a request that was spliced, and at its body where it refuses.
   * @returns whether it is a stream out of which the numbers are to be taken again
   */
  readonly answered: (response: IncomingMessage, sent: Sent) => boolean;
};

/**
 * Known to take the option. All others are left alone, because a generation is
 * never sent twice and a guess would cost a client its answer: llama.cpp, and what passes its answers on, sends `timings`
 * unasked, and would move them onto the very chunk that is taken out; GPT4All refuses.
 */
const willing: ReadonlySet<UpstreamKind> = new Set([
  'ollama',
  'lmstudio',
  'vllm',
  'omlx',
  'mlxlm',
  'textgen',
  'tabbyapi',
  'localai',
  'koboldcpp',
  'echo',
]);

const paths: ReadonlySet<string> = new Set(['/v1/chat/completions', '/v1/completions']);
const refusalBytes = 4096;

export function createUsageAsking(): UsageAsking {
  const spared = new Set<string>();
  // A refusal may quote what it was sent, so that anybody can have one name the option: it counts for who got it alone.
  const refusedTo = ({ exchange, upstream }: Sent) => `${upstream.id} ${ownerOf(exchange.caller)}`;
  return {
    spliceFor(exchange, upstream) {
      const { facts } = exchange.body;
      if (!facts.streaming || exchange.dialect !== 'openai' || !paths.has(exchange.upstreamPath)) return undefined;
      if (!willing.has(upstream.kind)) return undefined;
      if (spared.has(upstream.id) || spared.has(refusedTo({ exchange, upstream }))) return undefined;
      return spliceInto(exchange.body.bytes(), facts.members.get('stream_options'), upstream.kind);
    },
    answered(response, sent) {
      const { upstream } = sent;
      const status = response.statusCode ?? 502;
      if (status === 400 || status === 422) watchRefusal(response, () => spared.add(refusedTo(sent)));
      if (status !== 200 || !/^text\/event-stream/i.test(response.headers['content-type'] ?? '')) return false;
      const encoding = response.headers['content-encoding'] ?? 'identity';
      if (encoding.trim().toLowerCase() === 'identity') return true;
      // It was asked not to compress (forward-headers.ts), and what is compressed passes as it came.
      spared.add(upstream.id);
      return false;
    },
  };
}

function spliceInto(
  body: Buffer,
  streamOptions: { readonly valueStart: number; readonly valueEnd: number } | undefined,
  kind: UpstreamKind,
): Splice | undefined {
  if (streamOptions === undefined) {
    // `stream` stands in it too, so that a comma is always right.
    const at = body.indexOf('{') + 1;
    return { from: at, to: at, text: Buffer.from('"stream_options":{"include_usage":true},') };
  }
  const { valueStart, valueEnd } = streamOptions;
  const value = body.subarray(valueStart, valueEnd);
  if (value.equals(nullBytes)) return { from: valueStart, to: valueEnd, text: Buffer.from('{"include_usage":true}') };
  const scan = scanTopLevel(value);
  // What is no object is the upstream's to refuse; what the client said itself, either way, stays.
  if (!scan.ok || scan.members.some(({ key }) => foldKey(key) === 'include_usage')) return undefined;
  // vLLM takes stream options of any kind for a wish for usage: the client would miss its chunk.
  if (kind === 'vllm') return undefined;
  const text = Buffer.from(scan.members.length > 0 ? '"include_usage":true,' : '"include_usage":true');
  return { from: valueStart + 1, to: valueStart + 1, text };
}

const nullBytes = Buffer.from('null');

function watchRefusal(response: IncomingMessage, refused: () => void): void {
  let text = '';
  const read = (chunk: Buffer) => {
    text += chunk.toString('latin1', 0, refusalBytes - text.length);
    if (/stream_options|include_usage/.test(text)) refused();
    else if (text.length < refusalBytes) return;
    response.off('data', read);
  };
  response.on('data', read);
}

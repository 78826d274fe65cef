// What the model server of the benchmark says and what clients ask it, byte for byte: the one thing that the upstream and
// the load generator agree on. Events have one width, so that a client finds each one's time of sending by counting.

/** The one small answer to a request that does not stream. */
export const chatAnswer = Buffer.from(
  JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion',
    created: 1_760_000_000,
    model: 'bench',
    choices: [
      { index: 0, message: { role: 'assistant', content: 'A short answer of a few words.' }, finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
  }),
);

export const modelList = Buffer.from(
  JSON.stringify({
    object: 'list',
    data: [{ id: 'bench', object: 'model', created: 1_760_000_000, owned_by: 'bench' }],
  }),
);

/** Events a second of one stream: a fast local model. */
export const eventsPerSecond = 20;

const stampDigits = 16;
const stampPlace = '#'.repeat(stampDigits);
const eventText = `data: ${JSON.stringify({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1_760_000_000,
  model: 'bench',
  choices: [{ index: 0, delta: { content: stampPlace }, finish_reason: null }],
  usage: null,
})}\n\n`;

export const eventBytes = Buffer.byteLength(eventText);
const stampAt = eventText.indexOf(stampPlace);
const frameHead = `${eventBytes.toString(16)}\r\n`;
const frame = Buffer.from(`${frameHead}${eventText}\r\n`);

/** One event as a chunk of `Transfer-Encoding: chunked`, with the time at which it is sent in it. */
export function eventFrame(sentAtUs: number): Buffer {
  const bytes = Buffer.from(frame);
  bytes.write(String(sentAtUs).padStart(stampDigits, '0'), frameHead.length + stampAt, 'latin1');
  return bytes;
}

/** The part of a frame that is body and not framing. */
export function bodyOfFrame(bytes: Buffer): Buffer {
  return bytes.subarray(frameHead.length, frameHead.length + eventBytes);
}

/** When an event that begins at `from` was sent. */
export function sentAtUs(bytes: Buffer, from: number): number {
  let stamp = 0;
  for (let at = from + stampAt; at < from + stampAt + stampDigits; at++) stamp = stamp * 10 + (bytes[at] ?? 48) - 48;
  return stamp;
}

/** What follows the last event: token numbers, and the end. */
export const streamTail = Buffer.from(
  `data: ${JSON.stringify({
    id: 'chatcmpl-bench',
    object: 'chat.completion.chunk',
    created: 1_760_000_000,
    model: 'bench',
    choices: [],
    usage: { prompt_tokens: 12, completion_tokens: 8, total_tokens: 20 },
  })}\n\ndata: [DONE]\n\n`,
);

/** Microseconds on a clock that all processes of this machine share. */
export function sharedNowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1_000_000 + Math.floor(nanoseconds / 1000);
}

const question = { role: 'user', content: 'Say something short about the weather in the mountains, please.' };

export type StreamRequest = { readonly user: string; readonly max_tokens: number };

/** A request for one answer, with everything that a client sends. */
export function chatRequest(port: number, key: string | undefined, stream?: StreamRequest): Buffer {
  const body = JSON.stringify({
    model: 'bench',
    messages: [{ role: 'system', content: 'You are a helpful assistant.' }, question],
    temperature: 0.7,
    ...(stream ? { ...stream, stream: true, stream_options: { include_usage: true } } : {}),
  });
  return Buffer.from(
    [
      'POST /v1/chat/completions HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      ...(key === undefined ? [] : [`authorization: Bearer ${key}`]),
      'accept: application/json',
      'content-type: application/json',
      'user-agent: OpenAI/JS 7.0.0',
      'x-stainless-lang: js',
      'x-stainless-retry-count: 0',
      `content-length: ${Buffer.byteLength(body)}`,
      '',
      body,
    ].join('\r\n'),
  );
}

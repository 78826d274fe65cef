// The model server of the benchmark, a process of its own: answers at once, or streams events at a steady rate with the
// time of sending in each. Keeps length and checksum of what every stream sent, so that a changed byte can be told.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32 } from 'node:zlib';
import type { StreamSum, UpstreamAnswer, UpstreamQuestion } from './messages.ts';
import {
  bodyOfFrame,
  chatAnswer,
  eventFrame,
  eventsPerSecond,
  modelList,
  type StreamRequest,
  sharedNowUs,
  streamTail,
} from './stream-script.ts';

type Stream = { readonly id: string; readonly res: ServerResponse; left: number; bytes: number; crc: number };

// Streams send in turns spread over the time between two events, a millisecond each: no bursts of all at once.
const slotCount = 1000 / eventsPerSecond;

/** When not all streams have come by then, those that have flow. */
const gatherMs = 15_000;

function createStreams() {
  const slots = Array.from({ length: slotCount }, () => new Set<Stream>());
  const sums = new Map<string, StreamSum>();
  let begun = 0;
  let running = 0;
  let gathering = 0;
  let waitedEnough: NodeJS.Timeout | undefined;
  let ticking = false;
  let dueMs = 0;

  function sent(stream: Stream, body: Buffer): void {
    stream.bytes += body.length;
    stream.crc = crc32(body, stream.crc);
  }

  function over(stream: Stream, slot: Set<Stream>): void {
    if (!slot.delete(stream)) return;
    running -= 1;
    sums.set(stream.id, { id: stream.id, bytes: stream.bytes, crc: stream.crc });
  }

  function sendNext(stream: Stream, slot: Set<Stream>): void {
    if (stream.left > 0) {
      stream.left -= 1;
      const frame = eventFrame(sharedNowUs());
      sent(stream, bodyOfFrame(frame));
      // Beneath node:http, which would spend more on framing than this whole process may take from the contestants.
      stream.res.socket?.write(frame);
      return;
    }
    sent(stream, streamTail);
    stream.res.end(streamTail);
    over(stream, slot);
  }

  function tick(): void {
    for (const now = performance.now(); dueMs <= now; dueMs += 1) {
      const slot = slots[dueMs % slotCount];
      for (const stream of slot ?? []) sendNext(stream, slot as Set<Stream>);
    }
    ticking = running > 0;
    if (ticking) setTimeout(tick, 1);
  }

  function flow(): void {
    clearTimeout(waitedEnough);
    gathering = 0;
    if (ticking) return;
    dueMs = Math.ceil(performance.now());
    tick();
  }

  return {
    begin(res: ServerResponse, asked: StreamRequest): void {
      const stream: Stream = { id: asked.user, res, left: asked.max_tokens, bytes: 0, crc: 0 };
      const slot = slots[begun++ % slotCount] as Set<Stream>;
      res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
      res.flushHeaders();
      slot.add(stream);
      res.once('close', () => over(stream, slot));
      running += 1;
      if (running >= gathering) flow();
    },
    gather(count: number): void {
      gathering = count;
      waitedEnough = setTimeout(flow, gatherMs);
    },
    /** What was sent since the last time, by stream. */
    takeSums(): StreamSum[] {
      const taken = [...sums.values()];
      sums.clear();
      return taken;
    },
  };
}

const streams = createStreams();

function answerJson(res: ServerResponse, status: number, body: Buffer): void {
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': body.length });
  res.end(body);
}

function answer(req: IncomingMessage, res: ServerResponse, body: Buffer): void {
  if (req.method === 'GET' && req.url === '/v1/models') answerJson(res, 200, modelList);
  else if (req.method !== 'POST' || req.url !== '/v1/chat/completions') answerJson(res, 404, Buffer.from('{}'));
  else if (!body.includes('"stream":true')) answerJson(res, 200, chatAnswer);
  else streams.begin(res, JSON.parse(body.toString('utf8')) as StreamRequest);
}

const server = createServer((req, res) => {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  req.on('end', () => answer(req, res, Buffer.concat(chunks)));
});
server.keepAliveTimeout = 65_000;
server.requestTimeout = 0;
server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 });

const listening = once(server, 'listening');

async function reply(question: UpstreamQuestion): Promise<UpstreamAnswer> {
  await listening;
  const { port } = server.address() as AddressInfo;
  if (question.ask === 'gather') streams.gather(question.streams);
  return question.ask === 'sums' ? { sums: streams.takeSums() } : { port };
}

process.on('message', (question: UpstreamQuestion) => {
  void reply(question).then((answer) => process.send?.({ answer }));
});
process.on('disconnect', () => process.exit(0));

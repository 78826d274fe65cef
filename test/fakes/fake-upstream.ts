// A model server that does what a test tells it to: answers, stalls, breaks off, is slow or huge. Keeps a journal of the
// raw bytes of every request, so that a test can prove what did and did not reach it.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Arrival = {
  readonly method: string;
  readonly path: string;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Settles when this request's connection or response is over; true when the answer was completed. */
  readonly ended: Promise<boolean>;
};

export type Behaviour = (arrival: Arrival, res: ServerResponse, req: IncomingMessage) => void | Promise<void>;

export type FakeUpstream = {
  readonly url: string;
  readonly port: number;
  readonly journal: Arrival[];
  /** Everything that came over any connection, byte for byte. */
  readonly rawBytes: () => string;
  /** What to do from now on. */
  behave: Behaviour;
  /** Resolves with the next arrival after this call. */
  readonly nextArrival: () => Promise<Arrival>;
  readonly close: () => Promise<void>;
};

export async function startFakeUpstream(behave: Behaviour = chatAnswer): Promise<FakeUpstream> {
  const journal: Arrival[] = [];
  const raw: Buffer[] = [];
  const sockets = new Set<Socket>();
  let waiting: ((arrival: Arrival) => void)[] = [];
  const server = createServer(async (req, res) => {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of req) chunks.push(chunk as Buffer);
    } catch {
      // The proxy dropped the request before it was whole; the journal still says that it came.
    }
    const ended = once(res, 'close').then(() => res.writableFinished);
    const arrival: Arrival = {
      method: req.method ?? '',
      path: req.url ?? '',
      headers: req.headers,
      rawHeaders: req.rawHeaders,
      body: Buffer.concat(chunks),
      ended,
    };
    journal.push(arrival);
    for (const tell of waiting.splice(0)) tell(arrival);
    await fake.behave(arrival, res, req);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // A listener of our own makes the parser take its bytes from JavaScript too, so that what it would normalise or drop
    // still counts as having arrived.
    socket.on('data', (chunk: Buffer) => raw.push(Buffer.from(chunk)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const fake: FakeUpstream = {
    url: `http://127.0.0.1:${port}`,
    port,
    journal,
    rawBytes: () => Buffer.concat(raw).toString('latin1'),
    behave,
    nextArrival: () => new Promise((resolve) => waiting.push(resolve)),
    async close() {
      waiting = [];
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  return fake;
}

export function json(res: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(JSON.stringify(body));
  res.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length }).end(bytes);
}

export const chatUsage = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };

/** An OpenAI chat answer, streamed or not as asked, with usage; a list for GET. */
export const chatAnswer: Behaviour = (arrival, res) => {
  if (arrival.method === 'GET') return json(res, 200, { object: 'list', data: [{ id: 'm', object: 'model' }] });
  const asked = parse(arrival.body);
  if (asked['stream'] !== true) {
    return json(res, 200, {
      id: 'chatcmpl-1',
      object: 'chat.completion',
      model: asked['model'] ?? 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'one two three' }, finish_reason: 'stop' }],
      usage: chatUsage,
    });
  }
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const frame of chatFrames()) res.write(frame);
  res.end();
};

export function chatFrames(words: readonly string[] = ['one', ' two', ' three']): readonly string[] {
  const chunk = (choices: unknown, rest: object = {}) =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', model: 'm', choices, ...rest })}\n\n`;
  return [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' } }]),
    ...words.map((content) => chunk([{ index: 0, delta: { content } }])),
    chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]),
    chunk([], { usage: chatUsage }),
    'data: [DONE]\n\n',
  ];
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  } catch {
    return {};
  }
}

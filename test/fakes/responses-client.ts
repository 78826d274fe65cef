// A client of Responses over a WebSocket, and what a model server says to it: opens one, reads its events one after the other,
// or hears why it was refused.

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect } from 'vitest';
import { WebSocket } from 'ws';

export type ResponsesEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

export type ResponsesClient = {
  readonly socket: WebSocket;
  readonly send: (message: string) => void;
  /** The next event that came and was not taken yet. */
  readonly next: () => Promise<ResponsesEvent>;
  /** Events up to one that ends a response. */
  readonly turn: (message?: string) => Promise<ResponsesEvent[]>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
};

export type ResponsesDial = {
  /** Null: none is sent. */
  readonly key?: string | null;
  readonly protocols?: string[];
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

export const create = (more: object = {}) =>
  JSON.stringify({ type: 'response.create', model: 'm', input: 'hi', ...more });
export const line = (event: ResponsesEvent) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
export const begun: ResponsesEvent = { type: 'response.created', response: { id: 'resp_1', object: 'response' } };
export const delta = (text: string): ResponsesEvent => ({ type: 'response.output_text.delta', delta: text });
export const done: ResponsesEvent = {
  type: 'response.completed',
  response: { id: 'resp_1', object: 'response', usage },
};

export function answer(
  res: ServerResponse,
  events: readonly ResponsesEvent[] = [begun, delta('Hi'), delta(' there'), done],
): void {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const event of events) res.write(line(event));
  res.end();
}

/** @param base of the gateway, as a URL for HTTP */
export function dialResponses(base: string, dialled: ResponsesDial = {}): WebSocket {
  const { key = null, protocols = [], path = '/v1/responses', headers = {} } = dialled;
  const credential = key === null ? {} : { authorization: `Bearer ${key}` };
  return new WebSocket(`${base.replace('http', 'ws')}${path}`, protocols, { headers: { ...credential, ...headers } });
}

/** Rejects where the upgrade is refused. */
export async function openResponses(socket: WebSocket): Promise<ResponsesClient> {
  const came: ResponsesEvent[] = [];
  let tell: (() => void) | undefined;
  socket.on('message', (data, isBinary) => {
    expect(isBinary).toBe(false);
    came.push(JSON.parse(String(data)) as ResponsesEvent);
    tell?.();
  });
  await once(socket, 'open');
  const closed = new Promise<Awaited<ResponsesClient['closed']>>((resolve) => {
    socket.once('close', (code, reason) => resolve({ code, reason: String(reason) }));
  });
  async function next(): Promise<ResponsesEvent> {
    while (came.length === 0) await new Promise<void>((resolve) => (tell = resolve));
    return came.shift() as ResponsesEvent;
  }
  async function turn(message = create()): Promise<ResponsesEvent[]> {
    socket.send(message);
    const events: ResponsesEvent[] = [];
    do events.push(await next());
    while (!/^(?:error|response\.(?:completed|failed|incomplete))$/.test(events.at(-1)?.type ?? ''));
    return events;
  }
  return { socket, send: (message) => socket.send(message), next, turn, closed };
}

/** The answer to an upgrade that is refused. */
export async function refusalOf(socket: WebSocket) {
  socket.on('error', () => {});
  const [, response] = (await once(socket, 'unexpected-response')) as [unknown, IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString('utf8') };
}

// What a browser sends to the dashboard, head by head, over real sockets: `fetch` would not let a test choose Host or
// Sec-Fetch-Site. Keeps the two halves of a session apart, so that a test can leave one out.

import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import type { ContractClient } from '../../electron/control/control-client.ts';
import { errorsFromWire } from '../../shared/error-wire.ts';

export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The code of an error reply; undefined for anything else. */
  readonly code: string | undefined;
};

export type Sending = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as it is if a text, else as JSON. */
  readonly body?: unknown;
};

/** What a signed-in page holds, and what its browser holds for it. */
export type Halves = { readonly cookie: string; readonly page: string };

export function send(url: string, path: string, sending: Sending = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = sending;
  const { hostname, port } = new URL(url);
  const json = body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ hostname, port, method, path, headers: { ...json, ...headers }, agent: false });
    outgoing.once('error', reject);
    outgoing.once('response', async (incoming) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString('utf8');
        const { statusCode: status = 0 } = incoming;
        resolve({ status, headers: incoming.headers, bytes, text, code: codeIn(text) });
      } catch (error) {
        reject(error);
      }
    });
    outgoing.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}

export function redeem(url: string, token: string, headers: Sending['headers'] = {}): Promise<Answer> {
  return send(url, '/session', { method: 'POST', body: { token }, headers });
}

/** Follows a sign-in link as the page does. */
export async function signIn(link: string): Promise<Halves> {
  const { origin, hash } = new URL(link);
  const answer = await redeem(origin, hash.slice('#/sign-in/'.length));
  if (answer.status !== 200) throw new Error(`signing in was refused: ${answer.text}`);
  const [cookie = ''] = (answer.headers['set-cookie']?.[0] ?? '').split(';');
  return { cookie, page: (JSON.parse(answer.text) as { session: string }).session };
}

export function headersOf({ cookie, page }: Partial<Halves>): Record<string, string> {
  return {
    ...(cookie === undefined ? {} : { cookie }),
    ...(page === undefined ? {} : { 'x-keyhatch-session': page }),
  };
}

/** One call of the contract, `status/get` unless told. */
export function call(url: string, halves: Partial<Halves>, headers: Sending['headers'] = {}, path = 'status/get') {
  return send(url, `/rpc/${path}`, { method: 'POST', body: {}, headers: { ...headersOf(halves), ...headers } });
}

/** The contract over HTTP, as the page speaks it. */
export function dashboardClient(url: string, halves: Halves): ContractClient {
  const link = new RPCLink({ url: `${url}/rpc`, headers: headersOf(halves), interceptors: [errorsFromWire()] });
  return createORPCClient(link);
}

function codeIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { json?: { data?: { code?: string } } }).json?.data?.code;
  } catch {
    return undefined;
  }
}

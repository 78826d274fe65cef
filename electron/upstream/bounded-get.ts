// One GET to a model server, bounded in time and size: no redirect is followed, no connection kept, nothing thrown. What
// went wrong is told in words. Must not know what is asked or what the answer means.

import { type IncomingHttpHeaders, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { guardedLookup } from './guarded-lookup.ts';

export type GetLimits = {
  /** For the whole exchange. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly signal?: AbortSignal | undefined;
};

export type Answer = {
  readonly answered: true;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Cut at the limit. */
  readonly text: string;
  readonly latencyMs: number;
};

export type NoAnswer = {
  readonly answered: false;
  /** It took the connection and then kept silent until the time was over. */
  readonly busy: boolean;
  /** The end of a sentence: "… cannot be reached: nothing listens there". */
  readonly reason: string;
};

/** Asks once. Resolves in every case, `timeoutMs` after the call at the latest. */
export function boundedGet(
  url: URL,
  headers: Readonly<Record<string, string>>,
  limits: GetLimits,
): Promise<Answer | NoAnswer> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    let connected = false;
    const fail = (error: unknown) => resolve({ answered: false, busy: false, reason: failureWords(error) });
    const timer = setTimeout(() => {
      const reason = `no answer within ${(limits.timeoutMs / 1000).toFixed(1)} s`;
      resolve({ answered: false, busy: connected, reason });
      request?.destroy();
    }, limits.timeoutMs);
    timer.unref();
    const request = begin(url, headers, limits.signal, fail);
    request?.once('socket', (socket) => socket.once('connect', () => (connected = true)));
    request?.once('response', async (response) => {
      const latencyMs = Math.round(performance.now() - startedAt);
      try {
        const text = await readAtMost(response, limits.maxBytes);
        resolve({ answered: true, status: response.statusCode ?? 0, headers: response.headers, text, latencyMs });
      } catch (error) {
        fail(error);
      }
    });
    request?.once('error', fail);
    request?.once('close', () => clearTimeout(timer));
    request?.end();
  });
}

function begin(
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal | undefined,
  fail: (error: unknown) => void,
) {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  try {
    // agent: false keeps no connection open behind a probe.
    const options = { agent: false, headers: { accept: 'application/json, text/plain, */*', ...headers } };
    return request(url, { ...options, lookup: guardedLookup, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    // A credential with characters that no header can carry.
    fail(error);
    return undefined;
  }
}

async function readAtMost(response: IncomingMessage, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk.subarray(0, maxBytes - size));
    size += chunk.length;
    // Leaving the loop destroys the response and with it the connection.
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureWords(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const known: Readonly<Record<string, string>> = {
    ABORT_ERR: 'the check was broken off',
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name cannot be resolved at the moment',
    EADDRREFUSED: message ?? 'its address is not allowed',
    ECONNRESET: 'it broke the connection off',
    EPIPE: 'it broke the connection off',
    ETIMEDOUT: 'no connection within the time that the system allows',
    EHOSTUNREACH: 'there is no way to it',
    ENETUNREACH: 'there is no way to it',
    EPROTO: 'it does not speak TLS: try http://',
    ERR_INVALID_CHAR: 'its credential holds characters that cannot be sent',
  };
  if (code === undefined) return message ?? 'unknown cause';
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP';
  if (/CERT|SIGNED|ISSUER|ALTNAME/.test(code)) return `its certificate is not trusted (${code})`;
  return known[code] ?? code;
}

// Has a model server count, with its own tokenizer, the tokens of an answer that told no numbers. After the answer has ended
// and off every request's way: two at a time, two seconds each, and what cannot be asked at once keeps its estimate. Its row
// waits for it; never asks about a number that was reported.

import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { RequestRow } from '../../shared/usage-model.ts';
import { credentialHeaders } from '../lib/credential-headers.ts';
import { readJsonBody } from '../lib/json-body.ts';
import { parseObject } from '../lib/json-shape.ts';
import type { Log } from '../lib/log.ts';
import type { AnswerCopy } from './answer-copy.ts';
import { hopHeader } from './guard.ts';
import type { GatewayUpstream } from './ports.ts';
import { promptTextOf } from './prompt-size.ts';
import { generatedTextOf } from './tally/generated-text.ts';
import type { TokenTotals } from './tally/token-counts.ts';
import { type Prompt, type Question, type Tokenizer, tokenizerOf } from './tokenizers.ts';
import type { UpstreamAgents } from './upstream-agent.ts';

/** What is at hand of an answer whose numbers its model server did not tell. */
export type Recountable = {
  readonly upstream: GatewayUpstream;
  readonly path: string;
  /** As it was asked for upstream, whatever the client called it. */
  readonly model: string | undefined;
  readonly copy: AnswerCopy;
  readonly contentType: string;
  /** What the answer said itself. */
  readonly reported: TokenTotals;
};

export type TokenRecount = {
  /** Gives the row to `record` once, with better numbers or as it is; at once where nobody can be asked. */
  readonly settle: (row: RequestRow, recountable: Recountable | undefined, record: (row: RequestRow) => void) => void;
  /** Gives out every row that still waits, as it is. */
  readonly close: () => void;
};

export type TokenRecountPorts = {
  readonly agents: UpstreamAgents;
  readonly instanceId: string;
  readonly log: Log;
};

const mostAtOnce = 2;
const timeoutMs = 2_000;
const answerCapBytes = 2 * 1024 * 1024;

export function createTokenRecount(ports: TokenRecountPorts): TokenRecount {
  const running = new Set<() => void>();
  let closed = false;

  function start(row: RequestRow, recountable: Recountable, tokenizer: Tokenizer, record: (row: RequestRow) => void) {
    const stop = new AbortController();
    const timer = setTimeout(() => finish(row), timeoutMs);
    const giveUp = () => finish(row);
    running.add(giveUp);
    const finish = (finished: RequestRow) => {
      if (!running.delete(giveUp)) return;
      clearTimeout(timer);
      recountable.copy.letGo();
      stop.abort();
      record(finished);
    };
    const ask = (question: Question) => askUpstream(recountable.upstream, question, ports, stop.signal);
    recounted(row, recountable, tokenizer, ask).then(finish, (error: unknown) => {
      ports.log.info('a tokenizer could not be asked', { upstream: recountable.upstream.name, reason: String(error) });
      finish(row);
    });
  }

  return {
    settle(row, recountable, record) {
      const tokenizer =
        recountable && worthAsking(row, recountable) ? tokenizerOf(recountable.upstream.kind) : undefined;
      if (recountable && tokenizer && !closed && running.size < mostAtOnce) start(row, recountable, tokenizer, record);
      else {
        recountable?.copy.letGo();
        record(row);
      }
    },
    close() {
      closed = true;
      for (const giveUp of [...running]) giveUp();
    },
  };
}

// A model server that has just broken off is not asked: it would be a second fault to wait for.
function worthAsking({ unmetered, outcome }: RequestRow, { upstream }: Recountable): boolean {
  const fit = outcome === 'ok' || outcome === 'client_gone' || outcome === 'ended';
  return unmetered !== null && fit && upstream.health === 'up';
}

async function recounted(
  row: RequestRow,
  { path, model, copy, contentType, reported }: Recountable,
  tokenizer: Tokenizer,
  ask: (question: Question) => Promise<number | undefined>,
): Promise<RequestRow> {
  const body = parseObject(copy.prompt().toString('utf8'));
  if (!body) return row;
  const prompt: Prompt = { path, body: model === undefined ? body : { ...body, model }, text: promptTextOf(body) };
  const tokensIn = reported.tokensIn ?? (await firstOf(tokenizer.ofPrompt(prompt), ask));
  const answer = copy.answer();
  const text = answer && generatedTextOf(answer, contentType.startsWith('text/event-stream'));
  const tokensOut = text === undefined ? undefined : text === '' ? 0 : await ask(tokenizer.ofText(text, prompt));
  return {
    ...row,
    tokensIn: tokensIn ?? row.tokensIn,
    // Of an answer that broke off more may have been reported than came.
    tokensOut: tokensOut === undefined ? row.tokensOut : Math.max(tokensOut, reported.tokensOut ?? 0),
    tokenSource: tokensIn === undefined || tokensOut === undefined ? row.tokenSource : 'tokenized',
  };
}

async function firstOf(
  questions: readonly Question[],
  ask: (question: Question) => Promise<number | undefined>,
): Promise<number | undefined> {
  for (const question of questions) {
    const count = await ask(question);
    if (count !== undefined) return count;
  }
  return undefined;
}

/** @returns undefined where the server does not answer this question; rejects where it does not answer at all */
function askUpstream(
  { url, kind, credential }: GatewayUpstream,
  { path, body, read }: Question,
  { agents, instanceId }: TokenRecountPorts,
  signal: AbortSignal,
): Promise<number | undefined> {
  const bytes = Buffer.from(JSON.stringify(body));
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      path: url.pathname.replace(/\/$/, '') + path,
      headers: {
        host: url.host,
        'content-type': 'application/json',
        'content-length': bytes.length,
        'accept-encoding': 'identity',
        [hopHeader]: instanceId,
        ...credentialHeaders(kind, credential),
      },
      agent: agents.for(url.protocol),
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => jsonOf(response).then((answer) => resolve(read(answer)), reject));
    request.end(bytes);
  });
}

async function jsonOf(response: IncomingMessage): Promise<unknown> {
  const body = await readJsonBody(response, answerCapBytes);
  return body.ok && response.statusCode === 200 ? body.value : undefined;
}

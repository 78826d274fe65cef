// Copies of what passes: only where they are wanted, byte for byte and bounded, said on the answer, and without a byte of
// difference for the client. And the owner's replay, which takes the same way without a socket.

import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CapturePort } from '../../../electron/gateway/capture-tap.ts';
import { captureBodyMaxBytes } from '../../../shared/capture-model.ts';
import { chatAnswer, json } from '../../fakes/fake-upstream.ts';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';
import { openSocket } from '../../fakes/over-tls.ts';

type Kept = Parameters<CapturePort['keep']>[0];

let bed: Bed;
let kept: Kept[];
let wanted: (kind: string) => boolean;
beforeEach(async () => {
  kept = [];
  wanted = (kind) => kind === 'key';
  bed = await makeBed({
    settings: { 'cors.mode': 'list', 'cors.origins': ['https://app.example'] },
    capture: { wants: ({ kind }) => wanted(kind), keep: (record) => void kept.push(record) },
  });
});
afterEach(() => bed.close());

async function exchange(body: string, init: RequestInit = {}) {
  const row = bed.nextRow();
  const response = await bed.fetch('/v1/chat/completions', { method: 'POST', body, ...init });
  const text = await response.text();
  return { response, text, row: await row };
}

test('keeps both bodies as they passed, streamed too, and says so on the answer', async () => {
  const body = chat({ stream: true, odd: ' \u00e9 ' });
  const { response, text, row } = await exchange(body, { headers: { origin: 'https://app.example' } });
  expect(response.headers.get('x-keyhatch-captured')).toBe('1');
  expect(response.headers.get('access-control-expose-headers')).toContain('x-keyhatch-captured');
  expect(row.captured).toBe(true);
  expect(kept).toHaveLength(1);
  expect(kept[0]).toMatchObject({ requestId: row.id, keyId: bed.keyId });
  expect(kept[0]?.request.bytes.toString()).toBe(body);
  expect(kept[0]?.answer.bytes.toString()).toBe(text);
  expect(kept[0]?.answer.sizeBytes).toBe(Buffer.byteLength(text));
});

test('keeps nothing of a key that is not captured, and a model server cannot claim it', async () => {
  wanted = () => false;
  bed.upstream.behave = (_arrival, res) => {
    res.setHeader('x-keyhatch-captured', '1');
    json(res, 200, {});
  };
  const { response, row } = await exchange(chat());
  expect(response.headers.get('x-keyhatch-captured')).toBeNull();
  expect(row.captured).toBe(false);
  expect(kept).toEqual([]);
});

test('the bytes are the same with and without', async () => {
  const body = chat({ stream: true });
  const withIt = (await exchange(body)).text;
  wanted = () => false;
  expect((await exchange(body)).text).toBe(withIt);
});

test('keeps the beginning of what is larger than it may be, and how large it was', async () => {
  const long = 'ä'.repeat(captureBodyMaxBytes);
  bed.upstream.behave = (_arrival, res) => json(res, 200, { long });
  const { text } = await exchange(chat({ long }));
  expect(text).toContain(long);
  expect(kept[0]?.request.bytes).toHaveLength(captureBodyMaxBytes);
  expect(kept[0]?.answer.bytes).toHaveLength(captureBodyMaxBytes);
  expect(kept[0]?.answer.bytes.toString('latin1')).toBe(Buffer.from(text).toString('latin1', 0, captureBodyMaxBytes));
  expect(kept[0]?.request.sizeBytes).toBeGreaterThan(2 * captureBodyMaxBytes);
});

test('what a client that left had got is kept', async () => {
  let piece: (() => void) | undefined;
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    piece = () => res.write('data: {"choices":[{"delta":{"content":"half"}}]}\n\n');
    piece();
  };
  const row = bed.nextRow();
  const socket = openSocket(bed.port);
  const body = chat({ stream: true });
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${bed.key}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  await once(socket, 'data');
  socket.destroy();
  expect((await row).outcome).toBe('client_gone');
  expect(kept[0]?.answer.bytes.toString()).toContain('half');
});

describe('a replay', () => {
  beforeEach(() => {
    wanted = (kind) => kind === 'replay';
    bed.upstream.behave = chatAnswer;
  });

  test('takes the ordinary way, is recorded as what it is and counted to no key', async () => {
    bed.settings({ 'access.requireKey': true, 'access.networks': ['203.0.113.0/24'] });
    const row = bed.nextRow();
    const body = Buffer.from(chat());
    const id = bed.gateway.replay({ of: 'req_first', path: '/v1/chat/completions', body });
    expect(await row).toMatchObject({
      id,
      caller: 'replay',
      keyId: null,
      replayOf: 'req_first',
      outcome: 'ok',
      status: 200,
      captured: true,
      clientAddress: '127.0.0.1',
    });
    expect(bed.upstream.journal[0]?.body.toString()).toBe(body.toString());
    expect(bed.upstream.journal[0]?.headers['authorization']).toBeUndefined();
    expect(kept[0]?.answer.sizeBytes).toBeGreaterThan(0);
  });

  test('streams, is listed while it runs, and ends when the server gives up draining', async () => {
    bed.upstream.behave = (_arrival, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write('data: {"choices":[{"delta":{"content":"never ends"}}]}\n\n');
    };
    const arrived = bed.upstream.nextArrival();
    const row = bed.nextRow();
    const body = Buffer.from(chat({ stream: true }));
    const id = bed.gateway.replay({ of: 'req_first', path: '/v1/chat/completions', body });
    await arrived;
    expect(bed.gateway.runningList()).toMatchObject([{ id, caller: 'replay', keyId: null }]);
    await bed.gateway.stop(0);
    expect(await row).toMatchObject({ id, outcome: 'ended', errorCode: 'server_stopping' });
  });

  test('that is refused leaves a row with the reason', async () => {
    const row = bed.nextRow();
    bed.gateway.replay({ of: 'req_first', path: '/api/pull', body: Buffer.from('{"model":"m"}') });
    expect(await row).toMatchObject({ caller: 'replay', outcome: 'refused', errorCode: 'operation_not_allowed' });
  });

  test('cannot be had over the network: nothing that a client sends makes it one', async () => {
    const { row } = await exchange(chat(), { headers: { 'user-agent': 'Keyhatch replay', 'x-keyhatch-replay': '1' } });
    expect(row.caller).toBe('key');
  });
});

// Responses over a WebSocket: let in at the upgrade as any request is, and each message a request of its own after that.

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as dialTcp } from 'node:net';
import OpenAI from 'openai';
import { ResponsesWS } from 'openai/resources/responses/ws';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { systemClock } from '../../../electron/lib/clock.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { json, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import {
  answer,
  begun,
  create,
  delta,
  dialResponses,
  done,
  line,
  openResponses,
  type ResponsesDial,
  refusalOf,
} from '../../fakes/responses-client.ts';

let bed: Bed;
let open: WebSocket[] = [];
/** Whether what the key says is kept. */
let capturing = false;
/** How far the clock is ahead of the true one. */
let aheadMs = 0;
const clock = {
  now: () => systemClock.now() + aheadMs,
  monotonic: () => systemClock.monotonic() + aheadMs,
};
beforeEach(async () => {
  aheadMs = 0;
  capturing = false;
  bed = await makeBed({ clock, capture: { wants: ({ kind }) => capturing && kind === 'key', keep: () => {} } });
  bed.upstream.behave = (_arrival, res) => answer(res);
});
afterEach(async () => {
  for (const socket of open) socket.terminate();
  open = [];
  await bed.close();
});

const dial = ({ key = bed.key, ...dialled }: ResponsesDial = {}) => dialResponses(bed.url, { key, ...dialled });
const refusal = (dialled?: ResponsesDial) => refusalOf(dial(dialled));

function connect(dialled?: ResponsesDial) {
  const socket = dial(dialled);
  open.push(socket);
  return openResponses(socket);
}

test('each event of the stream is one text frame, as its data came', async () => {
  const client = await connect();
  expect(await client.turn()).toEqual([begun, delta('Hi'), delta(' there'), done]);
});

test('a message goes up as a streamed POST of its own, without what only the socket knows', async () => {
  const client = await connect({ headers: { 'openai-beta': 'responses_websockets=x', cookie: 'a=b' } });
  await client.turn(create({ background: false, stream: false, seed: 12345678901234567890n.toString() }));
  const arrival = bed.upstream.journal.at(-1);
  expect(arrival).toMatchObject({ method: 'POST', path: '/v1/responses' });
  expect(JSON.parse(String(arrival?.body))).toEqual({
    stream: true,
    model: 'm',
    input: 'hi',
    seed: '12345678901234567890',
  });
  expect(arrival?.headers).toMatchObject({ 'content-type': 'application/json', accept: 'text/event-stream' });
  expect(arrival?.headers['upgrade']).toBeUndefined();
  expect(arrival?.headers['cookie']).toBeUndefined();
  expect(bed.upstream.rawBytes()).not.toContain(bed.key);
});

test('each turn is a row of its own, metered', async () => {
  const client = await connect();
  await client.turn();
  await client.turn();
  await expect.poll(() => bed.rows.length).toBe(2);
  expect(bed.rows[0]).toMatchObject({
    keyId: bed.keyId,
    operation: 'chat',
    dialect: 'openai',
    streamed: true,
    outcome: 'ok',
    status: 200,
    tokensIn: 5,
    tokensOut: 2,
    tokenSource: 'reported',
  });
  expect(new Set(bed.rows.map(({ id }) => id)).size).toBe(2);
  const [first, second] = bed.upstream.journal.map(({ headers }) => headers['x-request-id']);
  expect([first, second]).toEqual(bed.rows.map(({ id }) => id));
});

test('messages that come at once are answered one after the other', async () => {
  let running = 0;
  bed.upstream.behave = async (_arrival, res) => {
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    running -= 1;
    answer(res);
  };
  const client = await connect();
  client.send(create());
  client.send(create());
  expect((await client.turn()).length).toBe(4);
  for (let count = 0; count < 8; count += 1) await client.next();
  expect(bed.upstream.journal).toHaveLength(3);
});

test('more than a few that wait are refused', async () => {
  bed.upstream.behave = () => {};
  const client = await connect();
  for (let count = 0; count < 6; count += 1) client.send(create());
  expect(await client.next()).toMatchObject({ type: 'error', status: 429, error: { code: 'websocket_busy' } });
});

test('the openai SDK speaks it', async () => {
  const client = new OpenAI({ apiKey: bed.key, baseURL: `${bed.url}/v1` });
  const socket = new ResponsesWS(client);
  const texts: string[] = [];
  const completed = new Promise<void>((resolve, reject) => {
    socket.on('response.output_text.delta', (event) => texts.push(event.delta));
    socket.on('response.completed', () => resolve());
    socket.on('error', reject);
  });
  socket.send({ type: 'response.create', model: 'm', input: 'hi' });
  await completed;
  expect(texts.join('')).toBe('Hi there');
  const failed = new Promise<Error>((resolve) => socket.on('error', resolve));
  socket.send({ type: 'response.create', model: 'm', previous_response_id: 'resp_of_another', input: 'hi' });
  expect((await failed).message).toContain('resp_of_another');
  socket.close();
});

test('whoever is captured is told in the answer to the upgrade, and by no event after that', async () => {
  capturing = true;
  const socket = dial({});
  open.push(socket);
  const [{ headers }] = (await once(socket, 'upgrade')) as [IncomingMessage];
  expect(headers['x-keyhatch-captured']).toBe('1');
  const client = await connect();
  expect(await client.turn()).toEqual([begun, delta('Hi'), delta(' there'), done]);
});

test('where capture begins on an open socket, an event says so before the turn, once until it ends', async () => {
  const socket = dial({});
  open.push(socket);
  const [{ headers }] = (await once(socket, 'upgrade')) as [IncomingMessage];
  expect(headers).not.toHaveProperty('x-keyhatch-captured');
  const client = await connect();
  const types = async () => (await client.turn()).map(({ type }) => type);
  const usual = [begun, delta('Hi'), delta(' there'), done].map(({ type }) => type);
  expect(await types()).toEqual(usual);
  capturing = true;
  expect(await types()).toEqual(['keyhatch.captured', ...usual]);
  expect(await types()).toEqual(usual);
  capturing = false;
  expect(await types()).toEqual(usual);
  capturing = true;
  bed.upstream.behave = (_arrival, res) => json(res, 500, { error: { message: 'broken' } });
  expect(await types()).toEqual(['keyhatch.captured', 'error']);
});

test('OpenAI’s own client passes over that event', async () => {
  const client = new OpenAI({ baseURL: `${bed.url}/v1`, apiKey: bed.key });
  const socket = new ResponsesWS(client);
  await new Promise<void>((resolve) => socket.socket.once('open', () => resolve()));
  capturing = true;
  const texts: string[] = [];
  const completed = new Promise<void>((resolve, reject) => {
    socket.on('response.output_text.delta', (event) => texts.push(event.delta));
    socket.on('response.completed', () => resolve());
    socket.on('error', reject);
  });
  socket.send({ type: 'response.create', model: 'm', input: 'hi' });
  await completed;
  expect(texts.join('')).toBe('Hi there');
  socket.close();
});

for (const [name, options, code] of [
  ['no key', { key: null }, 'key_missing'],
  ['a wrong key', { key: 'kh_nobody' }, 'key_malformed'],
  ['a key in the address', { key: null, path: '/v1/responses?api_key=x' }, 'key_in_url'],
  ['another query', { path: '/v1/responses?model=m' }, 'query_not_allowed'],
  ['a page of another origin', { headers: { origin: 'https://evil.example' } }, 'origin_not_allowed'],
  ['a name that is not ours', { headers: { host: 'evil.example' } }, 'host_not_allowed'],
  ['a loop', { headers: { 'x-keyhatch-hop': 'bed' } }, 'loop_detected'],
  ['another path', { path: '/v1/realtime' }, 'websocket_unsupported'],
] as const) {
  test(`${name} does not get past the upgrade`, async () => {
    const { status, headers, body } = await refusal(options);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(headers['x-keyhatch-error']).toBe(code);
    expect(headers['x-request-id']).toMatch(/^req_/);
    expect(JSON.parse(body)).toHaveProperty('error');
    expect(bed.upstream.journal).toEqual([]);
  });
}

test('who is turned away at the upgrade is counted as any stranger', async () => {
  await refusal({ key: null });
  expect(bed.strangers).toEqual(['key_missing']);
});

test('a page that is allowed brings its key among the protocols, and is not told it back', async () => {
  bed.settings({ 'cors.mode': 'list', 'cors.origins': ['https://page.example'] });
  const client = await connect({
    key: null,
    protocols: ['realtime', `openai-insecure-api-key.${bed.key}`],
    headers: { origin: 'https://page.example' },
  });
  expect(client.socket.protocol).toBe('realtime');
  expect((await client.turn()).at(-1)).toEqual(done);
});

test('a key that only has itself to offer as protocol is not said back', async () => {
  const client = connect({ key: null, protocols: [`openai-insecure-api-key.${bed.key}`] });
  await expect(client).rejects.toThrow(/no subprotocol/);
});

test.each([
  ['a model that the key may not use', create({ model: 'other' }), 'model_not_found', 404],
  ['a stored response of another', create({ previous_response_id: 'resp_x' }), 'previous_response_not_found', 404],
  ['a tool that the server would run', create({ tools: [{ type: 'web_search' }] }), 'operation_not_allowed', 403],
  ['a member that stands in it twice', '{"type":"response.create","model":"m","model":"n"}', 'body_invalid', 400],
  ['the type twice', '{"type":"response.create","type":"x","model":"m"}', 'body_invalid', 400],
  ['another message', '{"type":"response.steer"}', 'body_invalid', 400],
  ['no object', '[1]', 'body_invalid', 400],
  ['no JSON', 'hello', 'body_invalid', 400],
  ['several streams', create({ stream_id: 'a' }), 'body_invalid', 400],
  ['the background', create({ background: true }), 'body_invalid', 400],
  ['warming up', create({ generate: false }), 'body_invalid', 400],
])('%s is refused in-band, and the socket stays', async (_name, message, code, status) => {
  bed.changeKey(bed.keyId, { models: ['m'] });
  const client = await connect();
  const [error] = await client.turn(message);
  expect(error).toMatchObject({ type: 'error', status, error: { code } });
  expect(bed.upstream.journal).toEqual([]);
  expect((await client.turn()).at(-1)).toEqual(done);
});

test('the key that made a response goes on from it, on this socket or another, and no other key does', async () => {
  await (await connect()).turn();
  const [, , , end] = await (await connect()).turn(create({ previous_response_id: 'resp_1' }));
  expect(end).toEqual(done);
  const stranger = await connect({ key: bed.addKey().key });
  expect((await stranger.turn(create({ previous_response_id: 'resp_1' })))[0]).toMatchObject({
    error: { code: 'previous_response_not_found', param: 'previous_response_id' },
  });
});

test('limits of the key hold for each message', async () => {
  bed.changeKey(bed.keyId, { limits: { rpm: 1, parallel: null } });
  const client = await connect();
  expect((await client.turn()).at(-1)).toEqual(done);
  const [error] = await client.turn();
  expect(error).toMatchObject({ type: 'error', status: 429, error: { code: 'rate_limit_exceeded' } });
  expect(error).toMatchObject({ headers: { 'retry-after': expect.stringMatching(/^\d+$/) } });
  bed.changeKey(bed.keyId, { status: 'paused' });
  expect((await client.turn())[0]).toMatchObject({ status: 403, error: { code: 'key_paused' } });
});

test('a revoked key has its running response ended and its socket closed', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(line(begun));
  };
  const client = await connect();
  const arrived = bed.upstream.nextArrival();
  client.send(create());
  const { ended } = await arrived;
  expect(await client.next()).toEqual(begun);
  const row = bed.nextRow();
  bed.changeKey(bed.keyId, { status: 'revoked' });
  expect(await client.next()).toMatchObject({ type: 'error', status: 401, error: { code: 'key_revoked' } });
  expect(await client.closed).toMatchObject({ code: 1008, reason: 'key_revoked' });
  expect(await ended).toBe(false);
  expect(await row).toMatchObject({ outcome: 'ended', errorCode: 'key_revoked' });
});

test('a revoked key has its idle socket closed', async () => {
  const client = await connect();
  bed.changeKey(bed.keyId, { status: 'revoked' });
  expect(await client.next()).toMatchObject({ type: 'error', error: { code: 'key_revoked' } });
  expect(await client.closed).toMatchObject({ code: 1008 });
});

test('who comes in without a key is asked again with each message', async () => {
  bed.settings({ 'access.requireKey': false });
  const client = await connect({ key: null });
  expect((await client.turn()).at(-1)).toEqual(done);
  bed.settings({ 'access.requireKey': true });
  expect((await client.turn())[0]).toMatchObject({ status: 401, error: { code: 'key_missing' } });
  expect(await client.closed).toMatchObject({ code: 1008 });
});

test('a client that leaves takes its generation with it', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(line(begun) + line(delta('Hi')));
  };
  const client = await connect();
  const arrived = bed.upstream.nextArrival();
  client.send(create());
  const { ended } = await arrived;
  await client.next();
  await client.next();
  const row = bed.nextRow();
  client.socket.terminate();
  expect(await ended).toBe(false);
  expect(await row).toMatchObject({ outcome: 'client_gone', tokensOut: 1, tokenSource: 'counted' });
  await expect.poll(() => bed.gateway.running()).toBe(0);
});

test('an upstream that breaks off is told in-band, wherever it broke', async () => {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(`${line(begun)}data: {"type":"resp`, () => setImmediate(() => res.destroy()));
  };
  const client = await connect();
  expect(await client.turn()).toMatchObject([
    begun,
    { type: 'error', status: 502, error: { code: 'upstream_broken' } },
  ]);
});

test('an upstream’s own refusal and an answer in one piece are events too', async () => {
  bed.upstream.behave = (_arrival, res) => json(res, 400, { error: { message: 'no', type: 'x', code: 'odd' } });
  const client = await connect();
  expect(await client.turn()).toMatchObject([{ type: 'error', status: 400, error: { message: 'no', code: 'odd' } }]);
  const { response } = done as unknown as { response: object };
  bed.upstream.behave = (_arrival, res) => json(res, 200, response);
  expect(await client.turn()).toEqual([{ type: 'response.completed', response }]);
});

test('an upstream that is not there is told in-band', async () => {
  const gone = await startFakeUpstream();
  await gone.close();
  bed.upstreams.splice(0);
  bed.addUpstream(gone);
  const [error] = await (await connect()).turn();
  expect(error).toMatchObject({ type: 'error', status: 502, error: { code: 'upstream_unreachable' } });
});

test('a message over the limit closes the socket', async () => {
  bed.settings({ 'limits.bodyMaxBytes': 2048 });
  const client = await connect();
  client.send(create({ input: 'x'.repeat(4096) }));
  expect(await client.closed).toMatchObject({ code: 1009 });
  expect(bed.upstream.journal).toEqual([]);
});

test('binary messages and a stream of nonsense close the socket', async () => {
  const binary = await connect();
  binary.socket.send(Buffer.from(create()));
  expect(await binary.closed).toMatchObject({ code: 1003 });
  const nonsense = await connect();
  for (let count = 0; count < 16; count += 1) nonsense.send('{}');
  expect(await nonsense.closed).toMatchObject({ code: 1008 });
});

test('what is half sent counts as a body in flight, and is given back with its socket', async () => {
  bed.settings({ 'limits.bodiesInFlightBytes': 1024 * 1024, 'limits.bodyMaxBytes': 4 * 1024 * 1024 });
  const greedy = await connect();
  greedy.socket.send('x'.repeat(1024 * 1024), { fin: false });
  expect(await greedy.next()).toMatchObject({ type: 'error', status: 503, error: { code: 'memory_full' } });
  await greedy.closed;
  const modest = await connect();
  expect((await modest.turn(create({ input: 'x'.repeat(900_000) }))).at(-1)).toEqual(done);
  for (let count = 0; count < 20_000; count += 1) modest.socket.ping('x'.repeat(100));
  expect((await modest.turn(create({ input: 'x'.repeat(900_000) }))).at(-1)).toEqual(done);
});

test('one caller may have so many sockets open, and a closed one makes room', async () => {
  const clients = await Promise.all(Array.from({ length: 32 }, () => connect()));
  expect((await refusal()).headers['x-keyhatch-error']).toBe('websocket_limited');
  await connect({ key: bed.addKey().key });
  clients[0]?.socket.close();
  await clients[0]?.closed;
  await expect
    .poll(() =>
      connect().then(
        () => true,
        () => false,
      ),
    )
    .toBe(true);
});

test('when the server stops, what is idle is closed and what runs may end', async () => {
  let finish: (() => void) | undefined;
  bed.upstream.behave = (_arrival, res) => {
    finish = () => answer(res);
  };
  const [idle, busy] = [await connect(), await connect()];
  const arrived = bed.upstream.nextArrival();
  busy.send(create());
  await arrived;
  const stopped = bed.gateway.stop(5_000);
  expect(await idle.closed).toMatchObject({ code: 1001 });
  finish?.();
  expect(await busy.next()).toEqual(begun);
  expect(await busy.closed).toMatchObject({ code: 1001 });
  await stopped;
});

test('a socket that came in by an address which is no longer listened on asks nothing more', async () => {
  const client = await connect();
  await bed.gateway.listenOn(['127.0.0.1'], 0);
  expect(await client.closed).toMatchObject({ code: 1001, reason: 'server_stopping' });
});

const minuteMs = 60_000;

test('an idle socket is closed without a word after a while, and one that works is not', async () => {
  const client = await connect();
  aheadMs = 14 * minuteMs;
  expect((await client.turn()).at(-1)).toEqual(done);
  aheadMs = 28 * minuteMs;
  bed.changeKey(bed.keyId, {});
  expect((await client.turn()).at(-1)).toEqual(done);
  aheadMs = 44 * minuteMs;
  bed.changeKey(bed.keyId, {});
  expect(await client.closed).toEqual({ code: 1001, reason: 'idle' });
});

test('a socket lives for an hour, which clients know how to take', async () => {
  const client = await connect();
  aheadMs = 61 * minuteMs;
  client.send(create());
  expect(await client.next()).toMatchObject({ type: 'error', code: 'websocket_connection_limit_reached' });
  expect(await client.closed).toMatchObject({ code: 1001 });
  expect(bed.upstream.journal).toEqual([]);
});

test('a key that has expired ends its socket with the next message', async () => {
  bed.changeKey(bed.keyId, { expiresAt: clock.now() + minuteMs });
  const client = await connect();
  aheadMs = 2 * minuteMs;
  client.send(create());
  expect(await client.next()).toMatchObject({ type: 'error', status: 401, error: { code: 'key_expired' } });
  expect(await client.closed).toMatchObject({ code: 1008 });
});

test('programs on this computer come in without a key where they may, and pages do not', async () => {
  bed.settings({ 'access.localhostBypass': true, 'cors.mode': 'any' });
  expect((await (await connect({ key: null })).turn()).at(-1)).toEqual(done);
  await expect.poll(() => bed.rows[0]).toMatchObject({ caller: 'this_computer', keyId: null });
  const fromPage = { key: null, headers: { origin: 'https://page.example' } };
  expect((await refusal(fromPage)).headers['x-keyhatch-error']).toBe('key_missing');
  const forwarded = { key: null, headers: { 'x-forwarded-for': '192.0.2.1' } };
  expect((await refusal(forwarded)).headers['x-keyhatch-error']).toBe('key_missing');
});

test('a handshake that is none is refused by the protocol, after the key', async () => {
  const head = `GET /v1/responses HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: x\r\n`;
  expect(await bed.raw(`${head}\r\n`, /key_missing/)).toMatch(/^HTTP\/1.1 401 /);
  expect(await bed.raw(`${head}Authorization: Bearer ${bed.key}\r\n\r\n`)).toMatch(/^HTTP\/1.1 400 /);
});

const upgradeHead = (version: string) =>
  `GET /v1/responses HTTP/${version}\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`;

test('HTTP/1.0 has no upgrade: a proxy that speaks it makes nobody look like this computer', async () => {
  bed.settings({ 'access.localhostBypass': true });
  expect(await bed.raw(upgradeHead('1.1'), /\r\n\r\n/)).toMatch(/^HTTP\/1.1 101 /);
  expect(await bed.raw(upgradeHead('1.0'))).toContain('websocket_unsupported');
});

test('whoever is turned away keeps no connection open by leaving its own half of it open', async () => {
  const socket = dialTcp({ port: bed.port, host: '127.0.0.1', allowHalfOpen: true });
  const lost = once(socket, 'error');
  socket.write(upgradeHead('1.1'));
  socket.resume();
  await once(socket, 'end');
  // Taken without a word by whoever closed only one half.
  const knocking = setInterval(() => socket.write('x'), 20);
  expect(String((await lost)[0])).toMatch(/ECONNRESET|EPIPE/);
  clearInterval(knocking);
  socket.destroy();
});

test('a slow reader holds its generation back and gets every event', async () => {
  const text = 'x'.repeat(64 * 1024);
  const count = 400;
  bed.upstream.behave = (_arrival, res) =>
    answer(res, [begun, ...Array.from({ length: count }, () => delta(text)), done]);
  const client = await connect();
  client.socket.pause();
  const arrived = bed.upstream.nextArrival();
  client.send(create());
  await arrived;
  await expect.poll(() => bed.gateway.running()).toBe(1);
  client.socket.resume();
  for (let index = 0; index <= count; index += 1) await client.next();
  expect(await client.next()).toEqual(done);
});

test('what a key may do holds at the upgrade and for each message after it', async () => {
  const client = await connect();
  expect((await client.turn()).at(-1)).toEqual(done);
  bed.changeKey(bed.keyId, { policy: { ...usualPolicy, operations: ['embeddings'] } });
  expect((await client.turn())[0]).toMatchObject({ status: 403, error: { code: 'operation_not_allowed' } });
  expect((await refusal()).headers['x-keyhatch-error']).toBe('operation_not_allowed');
});

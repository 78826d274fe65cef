// Responses over a WebSocket by the second port and with a path token: the same rules as for requests there, asked again for
// each message, and an end within a second once the way is closed.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { systemClock } from '../../../electron/lib/clock.ts';
import { usualPolicy } from '../../../shared/key-policy.ts';
import { sendRaw } from '../../fakes/gateway-bed.ts';
import {
  answer,
  begun,
  create,
  dialResponses,
  done,
  line,
  openResponses,
  type ResponsesDial,
  refusalOf,
} from '../../fakes/responses-client.ts';
import { makeWaysBed, type WaysBed, waysKeyId } from '../../fakes/ways-bed.ts';

let bed: WaysBed;
let port = 0;
let token = '';
let wayId = '';
let open: WebSocket[] = [];
let aheadMs = 0;
const clock = {
  now: () => systemClock.now() + aheadMs,
  monotonic: () => systemClock.monotonic() + aheadMs,
};
beforeEach(async () => {
  aheadMs = 0;
  bed = await makeWaysBed({ clock });
  bed.upstream.behave = (_arrival, res) => answer(res);
});
afterEach(async () => {
  for (const socket of open) socket.terminate();
  open = [];
  await bed.close();
});

const onPort = (at: number, dialled?: ResponsesDial) => dialResponses(`http://127.0.0.1:${at}`, dialled);
const codeOf = async (socket: WebSocket) => (await refusalOf(socket)).headers['x-keyhatch-error'];

function connect(socket: WebSocket) {
  open.push(socket);
  return openResponses(socket);
}

/** One that has begun to answer and will not end by itself. */
async function busy(socket: WebSocket) {
  bed.upstream.behave = (_arrival, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(line(begun));
  };
  const client = await connect(socket);
  const arrived = bed.upstream.nextArrival();
  client.send(create());
  const { ended } = await arrived;
  expect(await client.next()).toEqual(begun);
  return { client, ended };
}

function close(): void {
  bed.waysIn.remove(wayId);
  bed.gateway.passesChanged();
}

describe('with a path token', () => {
  const dial = (dialled: ResponsesDial = {}, one = token) =>
    onPort(bed.port, { path: `/k/${one}/v1/responses`, ...dialled });
  beforeEach(async () => {
    ({
      token,
      way: { id: wayId },
    } = await bed.addPath());
  });

  test('each message counts on its key, is marked, and nothing that is kept or passed on holds it', async () => {
    const client = await connect(dial());
    expect((await client.turn()).at(-1)).toEqual(done);
    expect((await client.turn(create({ previous_response_id: 'resp_1' }))).at(-1)).toEqual(done);
    const other = await connect(dial({ path: `/k/${token}/api/v1/responses` }));
    expect((await other.turn()).at(-1)).toEqual(done);
    await expect.poll(() => bed.rows.length).toBe(3);
    for (const row of bed.rows) expect(row).toMatchObject({ keyId: waysKeyId, caller: 'path_token', outcome: 'ok' });
    const refused = await refusalOf(dial({ headers: { origin: 'https://evil.example' } }));
    expect(refused.status).toBe(403);
    const said = [bed.upstream.rawBytes(), JSON.stringify(bed.rows), bed.log.join('\n'), JSON.stringify(refused)];
    for (const text of said) expect(text).not.toContain(token.slice(-38));
  });

  test('wrong, ended and doubled ones do not get past the upgrade', async () => {
    const { token: expired } = await bed.addPath({ expiresAt: 1 });
    const { token: elsewhere } = await bed.addPath({ networks: ['192.168.7.0/24'] });
    expect(await codeOf(dial({}, token.slice(0, -1)))).toBe('key_malformed');
    expect(await codeOf(dial({}, expired))).toBe('path_token_expired');
    expect(await codeOf(dial({}, elsewhere))).toBe('network_not_allowed');
    expect(await codeOf(dial({ key: bed.key }))).toBe('key_ambiguous');
    expect(await codeOf(dial({ headers: { 'x-forwarded-for': '127.0.0.1' } }))).toBe('network_not_allowed');
    expect(await codeOf(dial({ path: `/k/${token}/k/${token}/v1/responses` }))).toBe('websocket_unsupported');
    expect(await codeOf(dial({ path: `/k/${token}/v1/realtime` }))).toBe('websocket_unsupported');
    expect(await codeOf(dial({ path: `/v1/responses?x=${token}` }))).toBe('key_in_url');
    expect(bed.upstream.journal).toEqual([]);
  });

  test('guesses from elsewhere are counted for the lockout', async () => {
    bed.settings({ 'access.lockoutAttempts': 1 });
    const guess = () => codeOf(dial({ headers: { via: '1.1 elsewhere' } }, token.slice(0, -1)));
    expect([await guess(), await guess()]).toEqual(['key_malformed', 'too_many_attempts']);
  });

  test('its models hold for each message, and what its key lost since', async () => {
    bed.addUpstream(bed.upstream, { models: new Set(['m', 'other']) });
    const { token: narrow } = await bed.addPath({ models: ['m'] });
    const client = await connect(dial({}, narrow));
    expect((await client.turn(create({ model: 'other' })))[0]).toMatchObject({ error: { code: 'model_not_found' } });
    expect((await client.turn()).at(-1)).toEqual(done);
    bed.changeKey(waysKeyId, { policy: { ...usualPolicy, operations: ['models:list'] } });
    expect((await client.turn())[0]).toMatchObject({ status: 403, error: { code: 'operation_not_allowed' } });
    bed.changeKey(waysKeyId, { policy: { ...usualPolicy, networks: ['192.168.7.0/24'] } });
    expect((await client.turn())[0]).toMatchObject({ status: 403, error: { code: 'network_not_allowed' } });
  });

  test('inference alone: tools and clouds stay closed, whatever its key may do', async () => {
    const operations = [...usualPolicy.operations, 'tools', 'cloud'] as const;
    bed.changeKey(waysKeyId, { policy: { ...usualPolicy, operations: [...operations] } });
    const client = await connect(dial());
    const [refused] = await client.turn(create({ tools: [{ type: 'web_search' }] }));
    expect(refused).toMatchObject({ status: 403, error: { code: 'operation_not_allowed' } });
    expect(bed.upstream.journal).toEqual([]);
  });

  test('closed, it ends what answers and what is idle', async () => {
    const idle = await connect(dial());
    const { client, ended } = await busy(dial());
    close();
    expect(await client.next()).toMatchObject({ type: 'error', status: 401, error: { code: 'way_closed' } });
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(await ended).toBe(false);
    expect(await idle.closed).toMatchObject({ code: 1008, reason: 'way_closed' });
    expect(await codeOf(dial())).toBe('key_unknown');
  });

  test('so do its end and its key’s', async () => {
    const first = await connect(dial());
    aheadMs = 61_000;
    bed.gateway.passesChanged();
    expect(await first.closed).toMatchObject({ code: 1008 });
    aheadMs = 0;
    const { client } = await busy(dial());
    bed.changeKey(waysKeyId, { status: 'revoked' });
    expect(await client.next()).toMatchObject({ type: 'error', error: { code: 'key_revoked' } });
    expect(await client.closed).toMatchObject({ code: 1008 });
  });
});

describe('by the second port', () => {
  const dial = (dialled?: ResponsesDial) => onPort(port, dialled);
  beforeEach(async () => {
    ({
      port,
      way: { id: wayId },
    } = await bed.openPort());
  });

  test('each message of a program without a key counts as that of the port’s, marked as such', async () => {
    const client = await connect(dial());
    expect((await client.turn()).at(-1)).toEqual(done);
    expect((await client.turn()).at(-1)).toEqual(done);
    await expect.poll(() => bed.rows.length).toBe(2);
    for (const row of bed.rows) expect(row).toMatchObject({ keyId: waysKeyId, caller: 'second_port' });
    expect(await codeOf(onPort(bed.port))).toBe('key_missing');
  });

  test('a valid key wins there, and a wrong one is refused', async () => {
    const own = bed.addKey();
    const client = await connect(dial({ key: own.key }));
    await client.turn();
    await expect.poll(() => bed.rows.map(({ keyId, caller }) => [keyId, caller])).toEqual([[own.id, 'key']]);
    expect(await codeOf(dial({ key: 'sk-typo-of-something' }))).toBe('key_unknown');
  });

  test('nothing that was forwarded gets in', async () => {
    for (const header of ['x-forwarded-for', 'forwarded', 'via', 'cf-ray'])
      expect(await codeOf(dial({ headers: { [header]: '127.0.0.1' } })), header).toBe('key_missing');
    const old = [
      'GET /v1/responses HTTP/1.0',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ];
    expect(await sendRaw(port, `${old.join('\r\n')}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 40[01]/);
  });

  test('closed, it ends what answers and what is idle, and nobody listens there', async () => {
    const idle = await connect(dial());
    const { client, ended } = await busy(dial());
    close();
    await bed.gateway.secondPort.close();
    expect(await client.next()).toMatchObject({ type: 'error', status: 401, error: { code: 'way_closed' } });
    expect(await client.closed).toMatchObject({ code: 1008 });
    expect(await ended).toBe(false);
    expect(await idle.closed).toMatchObject({ code: 1008 });
    await expect(connect(dial())).rejects.toThrow(/ECONNREFUSED/);
  });

  test('another port in its place lets go of the sockets that it had', async () => {
    const idle = await connect(dial());
    const { client } = await busy(dial());
    await bed.openPort();
    expect(await idle.closed).toMatchObject({ code: 1001 });
    // What answers may end.
    expect(client.socket.readyState).toBe(client.socket.OPEN);
  });

  test('its sockets end with the server', async () => {
    const idle = await connect(dial());
    await bed.gateway.stop(0);
    expect(await idle.closed).toMatchObject({ code: 1001 });
  });
});

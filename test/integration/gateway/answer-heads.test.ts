// What the head of a model server's answer may do to clients, browsers and proxies in front: nothing but say what follows.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bed, chat, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

/** The gateway's answer where the model server's has this head. */
function answerTo(head: string, body = 'ok'): Promise<Response> {
  bed.upstream.behave = (_arrival, _res, { socket }) => void socket.end(`HTTP/1.1 ${head}\r\n\r\n${body}`);
  return bed.fetch('/v1/chat/completions', { method: 'POST', body: chat() });
}

test.each([
  ['clear-site-data', '"*"'],
  ['service-worker-allowed', '/'],
  ['strict-transport-security', 'max-age=31536000'],
  ['public-key-pins', 'max-age=5184000'],
  ['nel', '{"report_to":"x","max_age":1}'],
  ['report-to', '{"group":"x"}'],
  ['reporting-endpoints', 'x="https://x"'],
  ['alt-svc', 'h2="x:1"'],
  ['refresh', '0;url=https://x'],
  ['www-authenticate', 'Basic'],
  ['x-accel-redirect', '/private'],
  ['x-accel-buffering', 'yes'],
  ['x-sendfile', '/etc/passwd'],
  ['surrogate-control', 'max-age=99'],
  ['x-keyhatch-hop', 'x'],
  ['retry-after', '9999999'],
  ['retry-after', 'Fri, 31 Dec 2099 23:59:59 GMT'],
  ['retry-after-ms', '999999999'],
])('%s: %s goes no further', async (name, value) => {
  const response = await answerTo(
    `200 OK\r\ncontent-length: 2\r\nx-other: kept\r\nconstructor: x\r\n${name}: ${value}`,
  );
  expect([response.status, await response.text()]).toEqual([200, 'ok']);
  expect(response.headers.get(name)).toBe(null);
  expect(response.headers.get('x-other')).toBe('kept');
});

test.each([
  ['retry-after', '120'],
  ['retry-after-ms', '1500'],
  ['x-accel-buffering', 'no'],
])('%s: %s is passed on', async (name, value) => {
  const response = await answerTo(`429 Busy\r\ncontent-length: 2\r\n${name}: ${value}`);
  expect(await response.text()).toBe('ok');
  expect(response.headers.get(name)).toBe(value);
});

test.each(['600', '999'])('status %s is no answer', async (status) => {
  const response = await answerTo(`${status} x\r\ncontent-length: 2`);
  expect([response.status, response.headers.get('x-keyhatch-error')]).toEqual([502, 'upstream_broken']);
  expect(await response.text()).toContain(status);
});

test('an answer without a body has no length', async () => {
  const response = await answerTo('204 No Content\r\ncontent-length: 2');
  expect([response.status, await response.text()]).toEqual([204, '']);
  expect(response.headers.get('content-length')).toBe(null);
});

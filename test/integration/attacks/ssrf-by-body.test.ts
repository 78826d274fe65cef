// SSRF by a body: addresses and paths that a model server would fetch or open, told as something that it would not.

import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
beforeEach(() => bed.upstream.journal.splice(0));
afterAll(() => bed.close());

const inMessage = (block: object) => ({ model: 'm', messages: [{ role: 'user', content: [block] }] });
const post = (body: object) =>
  bed.fetch('/v1/chat/completions', { method: 'POST', body: JSON.stringify(body) }).then(async (response) => {
    await response.arrayBuffer();
    return [response.status, response.headers.get('x-keyhatch-error')];
  });

const address = 'http://169.254.169.254/';
const disguised: Readonly<Record<string, object>> = {
  'an image that says it is a citation': inMessage({
    type: 'image_url',
    image_url: { url: address, type: 'url_citation' },
  }),
  'an image that says it is the call of a tool': inMessage({
    type: 'image_url',
    image_url: { url: 'file:///etc/passwd', type: 'x_call' },
  }),
  'a source that says it is a citation': inMessage({
    type: 'image',
    source: { type: 'citation', url: address },
  }),
  'a block that is a citation for some and an image for others': inMessage({
    type: 'citation',
    Type: 'image',
    url: address,
  }),
  'a citation at the top of a body': { model: 'm', messages: [], type: 'citation', url: address },
  'a path that is as long as media': inMessage({ type: 'image', image: `${'/'.repeat(300)}etc/passwd` }),
  'a path that goes in circles': inMessage({ type: 'image', image: `${'/proc/self/root'.repeat(30)}/etc/passwd` }),
  'a path behind a space': inMessage({ type: 'image', image: ' /etc/passwd' }),
};
for (const [name, body] of Object.entries(disguised)) {
  test(`${name} is refused`, async () => {
    expect(await post(body)).toEqual([403, 'operation_not_allowed']);
    expect(bed.upstream.journal).toEqual([]);
  });
}

describe('what is sent along goes on', () => {
  const jpeg = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(400, 7)]).toString('base64');
  for (const [name, block] of Object.entries({
    'a picture in base64 that begins with a slash': { type: 'image', image: jpeg },
    'what a search found, cited in a message': { type: 'web_search_result', url: 'https://example.org' },
  })) {
    test(name, async () => {
      expect(await post(inMessage(block))).toEqual([200, null]);
    });
  }
});

test.each([
  'gpt-oss: cloud',
  'gpt-oss:120b-cloud\u0085',
  'gpt-oss :cloud',
  ' gpt-oss:cloud',
  'kimi:cloud\u00a0',
  'a\u0000b',
])('a model’s name that servers trim in their own way is refused: %j', async (model) => {
  expect(await post({ model, messages: [] })).toEqual([400, 'body_invalid']);
  expect(bed.upstream.journal).toEqual([]);
});

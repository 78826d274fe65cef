// CSRF by a simple request: what a page may send without asking first, to a server that a browser reaches. Origin, the
// browser’s own marks and the type of the body each refuse it, with a valid key too.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';
import { goodHead, rawPost, statusOf } from '../../fakes/raw-post.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

describe('refuses web pages that were not allowed', () => {
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1:1', 'app://obsidian.md']) {
    test(`from ${origin}, even with a valid key`, async () => {
      const answer = await bed.raw(rawPost([...goodHead(bed), `Origin: ${origin}`]));
      expect(statusOf(answer)).toBe(403);
      expect(answer).toContain('origin_not_allowed');
    });
  }

  test('that come without an Origin but say they are cross-site', async () => {
    const answer = await bed.raw(rawPost([...goodHead(bed), 'Sec-Fetch-Site: cross-site']));
    expect(statusOf(answer)).toBe(403);
  });

  test('when they post a form or plain text, which needs no preflight', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', '']) {
      const answer = await bed.raw(
        rawPost(goodHead(bed).map((line) => (line.startsWith('Content-Type') ? `Content-Type: ${type}` : line))),
      );
      expect(statusOf(answer), type).toBe(400);
      expect(answer).toContain('content_type_not_allowed');
    }
  });
});

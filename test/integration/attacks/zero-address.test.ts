// 0.0.0.0 and [::]: addresses that are nobody’s and yet reach this computer from a page. No Host may say them, and no port
// and no header makes a request that came so look local.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeAll(async () => {
  bed = await makeBed();
});
afterAll(() => bed.close());

for (const host of ['0.0.0.0', '[::]', '0', '0.0.0.0.', '[::0]', '[0:0:0:0:0:0:0:0]', '[::ffff:0.0.0.0]']) {
  describe(`Host ${host}`, () => {
    for (const path of ['/health', '/api/info', '/v1/models', '/']) {
      test(`is refused on ${path}, with a key and without`, async () => {
        bed.settings({ 'access.localhostBypass': true });
        for (const more of ['', `Authorization: Bearer ${bed.key}\r\n`]) {
          const answer = await bed.raw(
            `GET ${path} HTTP/1.1\r\nHost: ${host}:${bed.port}\r\n${more}Connection: close\r\n\r\n`,
          );
          expect(answer).toMatch(/^HTTP\/1\.1 40[03] /);
          expect(answer).not.toContain('"status"');
        }
        expect(bed.upstream.journal).toEqual([]);
      });
    }
  });
}

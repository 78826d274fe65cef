// Wrong keys from one address over a real socket. A forwarding header stands for "not this computer": no test can connect
// from another machine.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Bed, makeBed } from '../../fakes/gateway-bed.ts';

let bed: Bed;
beforeEach(async () => {
  bed = await makeBed();
});
afterEach(() => bed.close());

const elsewhere = { 'x-forwarded-for': '192.0.2.7' };
const guess = (headers: Record<string, string>) =>
  bed.fetch('/v1/models', { key: 'not-a-key-of-ours-at-all', headers });
const errorOf = async (answer: Response) => [answer.status, answer.headers.get('x-keyhatch-error')];

test('wrong keys are put off, a valid one from the same address is not, and unlocking begins anew', async () => {
  for (let count = 0; count < 10; count++) expect(await errorOf(await guess(elsewhere))).toEqual([401, 'key_unknown']);
  const late = await guess(elsewhere);
  expect(await errorOf(late)).toEqual([429, 'too_many_attempts']);
  expect(late.headers.get('x-should-retry')).toBe('false');
  expect(Number(late.headers.get('retry-after'))).toBeLessThanOrEqual(59);
  expect((await bed.fetch('/v1/models', { headers: elsewhere })).status).toBe(200);
  expect(bed.gateway.lockout.list()).toMatchObject([{ address: '127.0.0.1', times: 1 }]);
  expect(bed.gateway.lockout.unlock('127.0.0.1')).toBe(true);
  expect(await errorOf(await guess(elsewhere))).toEqual([401, 'key_unknown']);
});

test('a program on this computer is told of its mistake every time', async () => {
  for (let count = 0; count < 12; count++) expect(await errorOf(await guess({}))).toEqual([401, 'key_unknown']);
});

test('a missing key, a revoked one and an expired one are no guesses', async () => {
  const revoked = bed.addKey({ status: 'revoked' });
  for (let count = 0; count < 12; count++) {
    expect((await bed.fetch('/v1/models', { key: null, headers: elsewhere })).status).toBe(401);
    expect((await bed.fetch('/v1/models', { key: revoked.key, headers: elsewhere })).status).toBe(401);
  }
  expect(bed.gateway.lockout.list()).toEqual([]);
});

test('each guess is counted, and none makes a row of its own', async () => {
  for (let count = 0; count < 30; count++) await guess(elsewhere);
  expect(bed.rows).toEqual([]);
  expect(bed.strangers.filter((code) => code === 'too_many_attempts')).toHaveLength(20);
});

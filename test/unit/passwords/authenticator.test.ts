// Codes as apps make them, by the vectors of RFC 6238, and the steps of time that they belong to.

import { expect, test } from 'vitest';
import { createAuthenticator } from '../../../electron/passwords/authenticator.ts';

/** `12345678901234567890` in base 32: the secret of appendix B. */
const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const { begin, stepOf } = createAuthenticator();

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
])('at %i s the code of the RFC is that of its step', (seconds, code) => {
  expect(stepOf(secret, code, seconds * 1000)).toBe(Math.floor(seconds / 30));
});

test('the step before and the one after are taken as what they are, others not', () => {
  const at = 1_111_111_109_000;
  expect(stepOf(secret, '081804', at + 30_000)).toBe(37_037_036);
  expect(stepOf(secret, '081804', at - 30_000)).toBe(37_037_036);
  expect(stepOf(secret, '081804', at + 60_000)).toBeUndefined();
  for (const code of ['081805', '', '81804', 'abcdef']) expect(stepOf(secret, code, at)).toBeUndefined();
});

test('a link carries all that an app asks for, and each secret is another', () => {
  const [one, other] = [begin('Anna Smith'), begin('Anna Smith')];
  const url = new URL(one.url);
  expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual([
    'otpauth:',
    'totp',
    '/Keyhatch:Anna Smith',
  ]);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    secret: one.secret,
    issuer: 'Keyhatch',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  });
  expect(one.secret).toMatch(/^[A-Z2-7]{32}$/);
  expect(one.secret).not.toBe(other.secret);
});

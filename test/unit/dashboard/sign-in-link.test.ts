// The one-time link by itself: one use, ten minutes, one at a time, and an end to guessing.

import { expect, test } from 'vitest';
import { createSignInLinks } from '../../../electron/dashboard/sign-in-link.ts';

const minute = 60_000;

function makeLinks() {
  let now = 1_000_000;
  const clock = { now: () => now, monotonic: () => now };
  const links = createSignInLinks({ clock });
  const codeOf = (token: string) => {
    try {
      links.redeem(token);
      return 'good';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const passTime = (ms: number) => {
    now += ms;
  };
  return { links, codeOf, clock, passTime };
}

test('a-token-is-256-bits-and-never-the-same', () => {
  const { links } = makeLinks();
  const tokens = Array.from({ length: 50 }, () => links.make().token);
  expect(new Set(tokens).size).toBe(50);
  for (const token of tokens) expect(Buffer.from(token, 'base64url')).toHaveLength(32);
});

test('a-token-works-once', () => {
  const { links, codeOf } = makeLinks();
  const { token } = links.make();
  expect([codeOf(token), codeOf(token)]).toEqual(['good', 'sign_in_link_invalid']);
});

test('a-token-works-until-its-ten-minutes-are-over', () => {
  const { links, codeOf, clock, passTime } = makeLinks();
  const first = links.make();
  expect(first.expiresAt).toBe(clock.now() + 10 * minute);
  passTime(10 * minute - 1);
  expect(codeOf(first.token)).toBe('good');
  const second = links.make();
  passTime(10 * minute);
  expect(codeOf(second.token)).toBe('sign_in_link_invalid');
});

test('a-new-link-takes-the-place-of-the-one-before', () => {
  const { links, codeOf } = makeLinks();
  const [old, fresh] = [links.make(), links.make()];
  expect([codeOf(old.token), codeOf(fresh.token)]).toEqual(['sign_in_link_invalid', 'good']);
});

test('without-a-link-nothing-is-right-not-even-nothing', () => {
  const { links, codeOf } = makeLinks();
  expect([codeOf(''), codeOf('guess')]).toEqual(['sign_in_link_invalid', 'sign_in_link_invalid']);
  const { token } = links.make();
  links.forget();
  expect(codeOf(token)).toBe('sign_in_link_invalid');
});

test('after-ten-failures-the-right-token-still-works', () => {
  const { links, codeOf } = makeLinks();
  const { token } = links.make();
  for (let i = 0; i < 10; i++) expect(codeOf('guess')).toBe('sign_in_link_invalid');
  expect(codeOf('guess')).toBe('sign_in_blocked');
  expect(codeOf(token)).toBe('good');
  expect(codeOf(token)).toBe('sign_in_blocked');
});

test('an-eleventh-wrong-token-is-told-how-long-to-wait', () => {
  const { links, codeOf, passTime } = makeLinks();
  links.make();
  const codes = Array.from({ length: 10 }, () => codeOf('guess'));
  expect(new Set(codes)).toEqual(new Set(['sign_in_link_invalid']));
  passTime(minute);
  expect(() => links.redeem('guess')).toThrow(
    expect.objectContaining({ code: 'sign_in_blocked', status: 429, details: { seconds: 240 } }),
  );
  passTime(4 * minute);
  expect(codeOf('guess')).toBe('sign_in_link_invalid');
});

test('a-new-link-of-the-owner-ends-the-block', () => {
  const { links, codeOf } = makeLinks();
  links.make();
  for (let i = 0; i < 10; i++) codeOf('guess');
  expect(codeOf('guess')).toBe('sign_in_blocked');
  expect(codeOf(links.make().token)).toBe('good');
});

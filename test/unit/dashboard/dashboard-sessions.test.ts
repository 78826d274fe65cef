// Sessions by themselves: both halves or nothing, and how they end.

import { describe, expect, test } from 'vitest';
import { createDashboardSessions } from '../../../electron/dashboard/dashboard-sessions.ts';

const day = 86_400_000;

function makeSessions() {
  let now = 1_000_000;
  const sessions = createDashboardSessions({ clock: { now: () => now, monotonic: () => now } });
  const find = (cookie: string, page: string | undefined) => sessions.find({ cookies: [cookie], page });
  const passTime = (ms: number) => {
    now += ms;
  };
  return { sessions, find, passTime };
}

test('both-halves-of-one-session-are-needed', () => {
  const { sessions, find } = makeSessions();
  const [one, other] = [sessions.open(), sessions.open()];
  expect(find(one.cookie, one.page)).toBeDefined();
  expect(find(one.cookie, undefined)).toBeUndefined();
  expect(find(one.cookie, '')).toBeUndefined();
  expect(find('', one.page)).toBeUndefined();
  expect(sessions.find({ cookies: [], page: one.page })).toBeUndefined();
  expect(find(one.cookie, other.page)).toBeUndefined();
  expect(find(one.page, one.cookie)).toBeUndefined();
});

test('a-cookie-that-somebody-put-beside-ours-does-not-hide-it', () => {
  const { sessions } = makeSessions();
  const { cookie, page } = sessions.open();
  expect(sessions.find({ cookies: ['planted', cookie], page })).toBeDefined();
});

describe('a session ends', () => {
  test('when-it-is-told-to-and-takes-what-runs-with-it', () => {
    const { sessions, find } = makeSessions();
    const { cookie, page } = sessions.open();
    const cut: string[] = [];
    find(cookie, page)?.enter(() => cut.push('one'));
    const leave = find(cookie, page)?.enter(() => cut.push('left before'));
    leave?.();
    find(cookie, page)?.end();
    expect(cut).toEqual(['one']);
    expect(find(cookie, page)).toBeUndefined();
  });

  test('after-thirty-days-without-use', () => {
    const { sessions, find, passTime } = makeSessions();
    const { cookie, page } = sessions.open();
    passTime(29 * day);
    find(cookie, page)?.enter(() => {})();
    passTime(29 * day);
    expect(find(cookie, page)).toBeDefined();
    passTime(day);
    expect(find(cookie, page)).toBeUndefined();
  });

  test('but-not-while-something-of-it-runs', () => {
    const { sessions, find, passTime } = makeSessions();
    const { cookie, page } = sessions.open();
    const leave = find(cookie, page)?.enter(() => {});
    passTime(40 * day);
    sessions.open();
    expect(find(cookie, page)).toBeDefined();
    leave?.();
    expect(find(cookie, page)).toBeDefined();
  });

  test('with-all-others-and-what-runs-may-still-be-answered', () => {
    const { sessions, find } = makeSessions();
    const all = [sessions.open(), sessions.open()];
    const cut: string[] = [];
    const [leave] = all.map(({ cookie, page }) => find(cookie, page)?.enter(() => cut.push(page)));
    sessions.endAll();
    leave?.();
    expect(cut).toEqual([]);
    for (const { cookie, page } of all) expect(find(cookie, page)).toBeUndefined();
    const { cookie, page } = sessions.open();
    expect(find(cookie, page)).toBeDefined();
  });

  test('when-fifty-others-were-used-since', () => {
    const { sessions, find, passTime } = makeSessions();
    const first = sessions.open();
    const rest = Array.from({ length: 50 }, () => {
      passTime(1);
      return sessions.open();
    });
    expect(find(first.cookie, first.page)).toBeUndefined();
    expect(rest.every(({ cookie, page }) => find(cookie, page) !== undefined)).toBe(true);
    const [old, next] = rest;
    passTime(1);
    find(old?.cookie ?? '', old?.page)?.enter(() => {})();
    sessions.open();
    expect(find(old?.cookie ?? '', old?.page)).toBeDefined();
    expect(find(next?.cookie ?? '', next?.page)).toBeUndefined();
  });
});

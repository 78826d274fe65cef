// Sessions by themselves: both halves or nothing, how they end, and what is kept of them.

import { describe, expect, test } from 'vitest';
import { createDashboardSessions } from '../../../electron/dashboard/dashboard-sessions.ts';

const day = 86_400_000;

function makeSessions(kept: { text: string | undefined } = { text: undefined }) {
  let now = 1_000_000;
  const writes: string[] = [];
  const sessions = createDashboardSessions({
    keeping: {
      load: () => kept.text,
      save(text) {
        kept.text = text;
        writes.push(text);
      },
    },
    clock: { now: () => now, monotonic: () => now },
  });
  const find = (cookie: string, page: string | undefined) => sessions.find({ cookies: [cookie], page });
  const passTime = (ms: number) => {
    now += ms;
  };
  return { sessions, find, kept, writes, passTime };
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

test('what-is-kept-are-digests', () => {
  const { sessions, kept } = makeSessions();
  const { cookie, page } = sessions.open();
  expect(kept.text).not.toContain(cookie);
  expect(kept.text).not.toContain(page);
  expect(JSON.parse(kept.text ?? '')).toEqual([
    {
      cookie: expect.stringMatching(/^[0-9a-f]{64}$/),
      page: expect.stringMatching(/^[0-9a-f]{64}$/),
      lastUsedAt: 1_000_000,
    },
  ]);
});

test('a-session-outlives-the-process', () => {
  const { sessions, kept } = makeSessions();
  const { cookie, page } = sessions.open();
  expect(makeSessions(kept).find(cookie, page)).toBeDefined();
});

test.each(['not JSON', '{}', 'null', '[null,1,{"cookie":"ab","page":"cd","lastUsedAt":1}]'])(
  'whatever-else-is-found-in-its-place-is-no-session: %s',
  (text) => {
    const { sessions, find } = makeSessions({ text });
    expect(find('ab', 'cd')).toBeUndefined();
    const { cookie, page } = sessions.open();
    expect(find(cookie, page)).toBeDefined();
  },
);

describe('a session ends', () => {
  test('when-it-is-told-to-and-takes-what-runs-with-it', () => {
    const { sessions, find, kept } = makeSessions();
    const { cookie, page } = sessions.open();
    const cut: string[] = [];
    find(cookie, page)?.enter(() => cut.push('one'));
    const leave = find(cookie, page)?.enter(() => cut.push('left before'));
    leave?.();
    find(cookie, page)?.end();
    expect(cut).toEqual(['one']);
    expect(find(cookie, page)).toBeUndefined();
    expect(makeSessions(kept).find(cookie, page)).toBeUndefined();
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

  test('when-fifty-newer-ones-were-opened', () => {
    const { sessions, find, passTime } = makeSessions();
    const first = sessions.open();
    const rest = Array.from({ length: 50 }, () => {
      passTime(1);
      return sessions.open();
    });
    expect(find(first.cookie, first.page)).toBeUndefined();
    expect(rest.every(({ cookie, page }) => find(cookie, page) !== undefined)).toBe(true);
  });
});

test('use-is-written-down-once-an-hour-at-most', () => {
  const { sessions, find, writes, passTime, kept } = makeSessions();
  const { cookie, page } = sessions.open();
  for (let i = 0; i < 100; i++) find(cookie, page)?.enter(() => {})();
  expect(writes).toHaveLength(1);
  passTime(3_600_001);
  for (let i = 0; i < 100; i++) find(cookie, page)?.enter(() => {})();
  expect(writes).toHaveLength(2);
  expect(JSON.parse(kept.text ?? '')).toMatchObject([{ lastUsedAt: 4_600_001 }]);
});

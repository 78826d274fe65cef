// Sessions by themselves: both halves or nothing, and how they end.

import { describe, expect, test } from 'vitest';
import { createDashboardSessions } from '../../../electron/dashboard/dashboard-sessions.ts';

const day = 86_400_000;
const opening = { personId: null, device: 'Firefox on Linux', address: '127.0.0.1' };
type Person = { readonly name: string; readonly role: 'owner' | 'member'; readonly owesTotp: boolean };

function makeSessions() {
  let now = 1_000_000;
  const people = new Map<string, Person>();
  const sessions = createDashboardSessions({
    clock: { now: () => now, monotonic: () => now },
    rules: () => ({ 'people.sessionIdleDays': 30, 'people.sessionMaxDays': 90 }),
    standing: (personId) => people.get(personId),
  });
  const find = (cookie: string, page: string | undefined) => sessions.find({ cookies: [cookie], page });
  const passTime = (ms: number) => {
    now += ms;
  };
  return { sessions, find, passTime, people };
}

test('both-halves-of-one-session-are-needed', () => {
  const { sessions, find } = makeSessions();
  const [one, other] = [sessions.open(opening, '127.0.0.1'), sessions.open(opening, '127.0.0.1')];
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
  const { cookie, page } = sessions.open(opening, '127.0.0.1');
  expect(sessions.find({ cookies: ['planted', cookie], page })).toBeDefined();
});

describe('a session ends', () => {
  test('when-it-is-told-to-and-takes-what-runs-with-it', () => {
    const { sessions, find } = makeSessions();
    const { cookie, page } = sessions.open(opening, '127.0.0.1');
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
    const { cookie, page } = sessions.open(opening, '127.0.0.1');
    passTime(29 * day);
    find(cookie, page)?.enter(() => {})();
    passTime(29 * day);
    expect(find(cookie, page)).toBeDefined();
    passTime(day);
    expect(find(cookie, page)).toBeUndefined();
  });

  test('but-not-while-something-of-it-runs', () => {
    const { sessions, find, passTime } = makeSessions();
    const { cookie, page } = sessions.open(opening, '127.0.0.1');
    const leave = find(cookie, page)?.enter(() => {});
    passTime(40 * day);
    sessions.open(opening, '127.0.0.1');
    expect(find(cookie, page)).toBeDefined();
    leave?.();
    expect(find(cookie, page)).toBeDefined();
  });

  test('with-all-others-and-what-runs-may-still-be-answered', () => {
    const { sessions, find } = makeSessions();
    const all = [sessions.open(opening, '127.0.0.1'), sessions.open(opening, '127.0.0.1')];
    const cut: string[] = [];
    const [leave] = all.map(({ cookie, page }) => find(cookie, page)?.enter(() => cut.push(page)));
    sessions.endMadeAt('127.0.0.1');
    leave?.();
    expect(cut).toEqual([]);
    for (const { cookie, page } of all) expect(find(cookie, page)).toBeUndefined();
    const { cookie, page } = sessions.open(opening, '127.0.0.1');
    expect(find(cookie, page)).toBeDefined();
  });

  test('when-fifty-others-were-used-since', () => {
    const { sessions, find, passTime } = makeSessions();
    const first = sessions.open(opening, '127.0.0.1');
    const rest = Array.from({ length: 50 }, () => {
      passTime(1);
      return sessions.open(opening, '127.0.0.1');
    });
    expect(find(first.cookie, first.page)).toBeUndefined();
    expect(rest.every(({ cookie, page }) => find(cookie, page) !== undefined)).toBe(true);
    const [old, next] = rest;
    passTime(1);
    find(old?.cookie ?? '', old?.page)?.enter(() => {})();
    sessions.open(opening, '127.0.0.1');
    expect(find(old?.cookie ?? '', old?.page)).toBeDefined();
    expect(find(next?.cookie ?? '', next?.page)).toBeUndefined();
  });
});

const of = (personId: string | null) => ({ ...opening, personId });

test('a session-is-who-its-person-is-now-and-nobody-once-they-may-not-act', () => {
  const { sessions, find, people } = makeSessions();
  people.set('anna', { name: 'Anna', role: 'member', owesTotp: false });
  const { cookie, page } = sessions.open(of('anna'), '127.0.0.1');
  expect(find(cookie, page)?.caller()).toMatchObject({ role: 'member', personId: 'anna', way: 'session' });
  people.set('anna', { name: 'Anna', role: 'owner', owesTotp: true });
  expect(find(cookie, page)?.caller()).toMatchObject({ role: 'owner', owesTotp: true });
  people.delete('anna');
  expect(find(cookie, page)).toBeUndefined();
});

test('those-of-links-become-the-owner’s-whose-account-was-made', () => {
  const { sessions, find, people } = makeSessions();
  const { cookie, page } = sessions.open(opening, '127.0.0.1');
  expect(find(cookie, page)?.caller()).toMatchObject({ role: 'owner', personId: null });
  people.set('olga', { name: 'Olga', role: 'owner', owesTotp: false });
  sessions.adopt('olga');
  expect(find(cookie, page)?.caller()).toMatchObject({ role: 'owner', personId: 'olga' });
});

test('those-of-one-person-end-but-for-one-and-nobody-elses', () => {
  const { sessions, find, people } = makeSessions();
  for (const name of ['anna', 'ben']) people.set(name, { name, role: 'member', owesTotp: false });
  const [kept, ended, other] = [
    sessions.open(of('anna'), '127.0.0.1'),
    sessions.open(of('anna'), '127.0.0.1'),
    sessions.open(of('ben'), '127.0.0.1'),
  ];
  const cut: string[] = [];
  find(ended.cookie, ended.page)?.enter(() => cut.push('ended'));
  sessions.endOf('anna', find(kept.cookie, kept.page)?.id);
  expect([kept, ended, other].map(({ cookie, page }) => find(cookie, page) !== undefined)).toEqual([true, false, true]);
  expect(cut).toEqual(['ended']);
});

test('whoever-opens-many-pushes-out-none-but-their-own', () => {
  const { sessions, find, people } = makeSessions();
  for (const name of ['anna', 'ben']) people.set(name, { name, role: 'member', owesTotp: false });
  const hers = sessions.open(of('anna'), '127.0.0.1');
  for (let n = 0; n < 60; n++) sessions.open(of('ben'), '127.0.0.1');
  expect(find(hers.cookie, hers.page)).toBeDefined();
  expect(sessions.list().filter(({ personId }) => personId === 'ben')).toHaveLength(50);
});

test('an-absolute-end-cuts-what-still-runs', () => {
  const { sessions, find, passTime } = makeSessions();
  const { cookie, page } = sessions.open(opening, '127.0.0.1');
  const cut: string[] = [];
  find(cookie, page)?.enter(() => cut.push('stream'));
  passTime(90 * day);
  sessions.sweep();
  expect([cut, find(cookie, page)]).toEqual([['stream'], undefined]);
});

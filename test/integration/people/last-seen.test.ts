// When a person was last seen: at the last use of what they are signed in with, and not at their last sign-in.

import { expect, test } from 'vitest';
import { goodPassword, makePeopleBed } from '../../fakes/people-bed.ts';

test('using a session or a token counts as being seen, noted once a minute at most', async () => {
  const { machine, url, join, chat, passTime, now } = await makePeopleBed();
  await machine.settings.set({ name: 'access.credentials', value: 'both' });
  const anna = await join('Anna');
  const lastSeen = async () => (await machine.people.get({ ref: 'Anna' })).lastSeenAt ?? 0;
  const joined = await lastSeen();
  passTime(30_000);
  await anna.client.me.get();
  expect(await lastSeen()).toBe(joined);
  passTime(3_600_000);
  const before = now();
  await anna.client.me.get();
  expect(await lastSeen()).toBeGreaterThanOrEqual(before);
  const response = await fetch(`${url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Anna', password: goodPassword }),
  });
  const { access_token: token } = (await response.json()) as { access_token: string };
  passTime(1_800_000);
  const later = now();
  expect((await chat(token)).status).toBe(200);
  expect(await lastSeen()).toBeGreaterThanOrEqual(later);
});

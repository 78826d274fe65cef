// Whose name what people do without a session stands under in the audit log: theirs and the way they came, whoever had the
// listener opened through which they did.

import { expect, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import { freePort } from '../../fakes/free-port.ts';
import { goodPassword, makePeopleBed } from '../../fakes/people-bed.ts';

test('what comes in through a dashboard that a command opened is not the command’s doing', async () => {
  const { house, machine, dataDir, join } = await makePeopleBed({
    flags: { 'server.port': 0, 'dashboard.enabled': true },
  });
  await join('Anna');
  const cli = await connectControl({ dataDir });
  await cli?.client.settings.set({ name: 'access.credentials', value: 'both' });
  await cli?.client.settings.set({ name: 'dashboard.port', value: await freePort() });
  await cli?.close();
  const url = house.status().dashboard.url ?? '';
  const auth = async (call: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${url}/api/auth/${call}`, { method: 'POST', headers, body: JSON.stringify(body) })).status;
  };
  expect(await auth('login', { name: 'Anna', password: goodPassword })).toBe(200);
  expect(await auth('login', { name: 'Anna', password: 'not my password' })).toBe(403);
  const made = await machine.people.invite({});
  expect(await auth('register', { invite: made.token, name: 'Ben', password: goodPassword })).toBe(200);
  const { entries } = await machine.history.list({});
  const noted = (action: string, name: string) => {
    const found = entries.find((entry) => entry.action === action && entry.subject.name === name);
    return found && `${found.actor}: ${found.detail}`;
  };
  expect(noted('issued', 'Anna')).toBe('api: Anna, 127.0.0.1');
  expect(noted('sign_in_failed', 'Anna')).toBe('api: from 127.0.0.1');
  expect(noted('joined', 'Ben')).toBe(`api: invitation ${made.id}, 127.0.0.1`);
  expect(noted('joined', 'Anna')).toMatch(/^dashboard: invitation \S+, 127\.0\.0\.1$/);
});

// Short-lived tokens in a whole house: a person who was invited registers, comes in, is seen in usage, and is put out.

import { expect, test } from 'vitest';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';
import type { Issued } from '../../fakes/tokens-bed.ts';

const password = 'my dog eats blue socks';

test('a person with an invite comes in with tokens, is seen by name in usage, and is out at once when paused', async () => {
  const { house, gatewayUrl, lines } = await composeHouse();
  const client = clientOf(house);
  const auth = async (call: string, body: object) => {
    const response = await fetch(`${house.status().dashboard.url}/api/auth/${call}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: JSON.parse(text === '' ? '{}' : text) as Issued & { error?: { code: string } },
    };
  };
  const chat = async (token: string) => {
    const response = await fetch(`${gatewayUrl()}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hi' }] }),
    });
    await response.arrayBuffer();
    return response.headers.get('x-keyhatch-error') ?? response.status;
  };
  const invite = await client.people.invite({ role: 'member' });
  const register = { invite: invite.token, name: 'Ada', password };
  expect((await auth('register', register)).body.error?.code).toBe('tokens_not_taken');
  await client.settings.set({ name: 'access.credentials', value: 'both' });

  const { access_token, refresh_token } = (await auth('register', register)).body;
  expect(await chat(access_token)).toBe(200);
  expect((await auth('register', register)).body.error?.code).toBe('invite_invalid');
  expect((await auth('login', { name: 'Ada', password: 'wrong but long enough' })).body.error?.code).toBe(
    'sign_in_failed',
  );
  const again = (await auth('login', { name: 'Ada', password })).body;
  expect(await chat(again.access_token)).toBe(200);

  const { rows } = await client.requests.list({});
  expect(rows.map(({ keyName, caller }) => [keyName, caller])).toEqual([
    ['Ada', 'token'],
    ['Ada', 'token'],
  ]);
  const { lines: used } = await client.usage.report({ sinceMs: 3_600_000, by: 'key' });
  expect(used).toMatchObject([{ label: 'Ada', requests: 2 }]);
  expect((await client.requests.list({ text: 'ada' })).rows).toHaveLength(2);

  await client.people.edit({ ref: 'Ada', status: 'paused' });
  expect(await chat(access_token)).toBe('token_revoked');
  expect((await auth('refresh', { refresh_token })).body.error?.code).toBe('token_revoked');
  expect((await auth('login', { name: 'Ada', password })).body.error?.code).toBe('person_paused');
  const { entries } = await client.history.list({ kind: 'token' });
  expect(entries.map(({ action, subject }) => `${action} ${subject.name}`)).toEqual([
    'ended Ada',
    'issued Ada',
    'issued Ada',
  ]);
  const told = lines.join('\n') + JSON.stringify(entries);
  for (const secret of [access_token, refresh_token, password]) expect(told).not.toContain(secret);
});

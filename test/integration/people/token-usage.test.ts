// What came in with a person's tokens is theirs, as what came in with a key of theirs is: in requests, in sums, while it runs.

import { expect, onTestFinished, test } from 'vitest';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import { goodPassword, makePeopleBed } from '../../fakes/people-bed.ts';
import type { Issued } from '../../fakes/tokens-bed.ts';

test('a member sees the requests of their tokens, and the owner finds them by the person', async () => {
  const { behave, letGo } = holdStreams();
  const upstream = await startFakeUpstream(behave);
  onTestFinished(upstream.close);
  const bed = await makePeopleBed({ echo: 'stand-in' });
  await bed.machine.upstreams.add({ name: 'held', url: upstream.url });
  await bed.machine.settings.set({ name: 'access.credentials', value: 'both' });
  const [anna, ben] = [await bed.join('Anna'), await bed.join('Ben')];
  const login = await bed.post('/api/auth/login', { name: 'Anna', password: goodPassword });
  const held = await fetch(`${bed.gatewayUrl()}/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${(JSON.parse(login.text) as Issued).access_token}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hello' }], stream: true }),
  });
  expect(held.status).toBe(200);
  expect((await anna.client.requests.running()).map(({ keyName }) => keyName)).toEqual(['Anna']);
  expect(await ben.client.requests.running()).toEqual([]);
  letGo();
  await held.text();

  const [sinceMs, by] = [3_600_000, 'key'] as const;
  for (const [client, narrowed] of [
    [anna.client, {}],
    [bed.machine, { personId: anna.id }],
  ] as const) {
    expect((await client.requests.list(narrowed)).rows.map(({ keyName }) => keyName)).toEqual(['Anna']);
    expect((await client.usage.report({ sinceMs, by, ...narrowed })).total.requests).toBe(1);
    expect((await client.usage.series({ sinceMs, by, ...narrowed })).total.requests).toBe(1);
  }
  const [row] = (await anna.client.requests.list({})).rows;
  expect((await anna.client.requests.get({ id: row?.id ?? '' })).keyName).toBe('Anna');
  expect((await ben.client.requests.list({})).rows).toEqual([]);
  expect((await bed.machine.usage.report({ sinceMs, by, personId: ben.id })).total.requests).toBe(0);
});

// What came in with a person's tokens is theirs, as what came in with a key of theirs is: in requests, in sums, while it runs.

import { expect, onTestFinished, test } from 'vitest';
import type { ExportChunk } from '../../../shared/usage-questions.ts';
import { startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import { csvRecords } from '../../fakes/parse-csv.ts';
import { goodPassword, makePeopleBed } from '../../fakes/people-bed.ts';
import type { Issued } from '../../fakes/tokens-bed.ts';

async function textOf(chunks: Promise<AsyncIterable<ExportChunk>>): Promise<string> {
  let text = '';
  for await (const chunk of await chunks) text += chunk.text;
  return text;
}

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

test('usage by person has keys, tokens and path tokens of each together, members their own alone, the removed by name', async () => {
  const bed = await makePeopleBed();
  const gate = bed.house.status().server.urls[0] ?? '';
  await bed.machine.settings.set({ name: 'access.credentials', value: 'both' });
  const [anna, ben, vera] = [await bed.join('Anna'), await bed.join('Ben'), await bed.join('Vera', 'viewer')];
  const notebook = await anna.client.keys.create({ name: 'notebook' });
  const { path } = await bed.machine.ways.addPath({ key: notebook.id, name: 'tv', networks: ['this-computer'] });
  const login = await bed.post('/api/auth/login', { name: 'Anna', password: goodPassword });
  const house = await bed.machine.keys.create({ name: 'of-the-house' });
  const theirs = await ben.client.keys.create({ name: 'tablet' });
  for (const key of [notebook.key, (JSON.parse(login.text) as Issued).access_token, house.key, theirs.key]) {
    expect((await bed.chat(key)).status).toBe(200);
  }
  const body = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hello' }] });
  const headers = { 'content-type': 'application/json' };
  const byPath = await fetch(`${gate.replace('/v1', '')}${path}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body,
  });
  expect(byPath.status).toBe(200);
  await anna.client.keys.revoke({ ref: notebook.id });
  await bed.machine.keys.delete({ ref: notebook.id });
  await bed.machine.people.remove({ ref: ben.id });

  const [sinceMs, by] = [3_600_000, 'person'] as const;
  const all = [
    [anna.id, 'Anna', 3],
    [ben.id, 'Ben (removed)', 1],
    [null, 'no person', 1],
  ];
  for (const [client, expected] of [
    [bed.machine, all],
    [vera.client, all],
    [anna.client, all.slice(0, 1)],
  ] as const) {
    const { lines } = await client.usage.report({ sinceMs, by });
    expect(lines.map(({ group, label, requests }) => [group, label, requests])).toEqual(expected);
    const { groups } = await client.usage.series({ sinceMs, by });
    expect(groups.map(({ group, label, requests }) => [group, label, Math.max(...requests)]).sort()).toEqual(
      expected.toSorted(),
    );
  }
  const { total } = await bed.machine.usage.series({ sinceMs, by: 'key', personId: null });
  expect(total.requests).toBe(1);
  const asked = { sinceMs, by: 'key', every: 'day', format: 'csv', personId: ben.id } as const;
  const hers = csvRecords(await textOf(anna.client.usage.export(asked)));
  expect(hers.map((line) => [line['label'], line['requests']])).toEqual([
    ['notebook', '2'],
    ['Anna', '1'],
  ]);
  const whole = await textOf(bed.machine.usage.export({ sinceMs, by, every: 'whole', format: 'csv' }));
  expect(csvRecords(whole).map((line) => [line['group'], line['label'], line['requests']])).toEqual([
    [anna.id, 'Anna', '3'],
    [ben.id, 'Ben (removed)', '1'],
    ['', 'no person', '1'],
  ]);
});

// Importing and exporting keys in a whole house: what works afterwards, from where, and that no value is ever repeated.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composeHouse } from '../../fakes/composed-house.ts';
import { clientOf } from '../../fakes/house-client.ts';

async function opened() {
  const { house, gatewayUrl, dataDir, lines } = await composeHouse();
  const url = gatewayUrl();
  const tryKey = async (key: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}`, ...headers } });
    return answer.ok ? 200 : answer.headers.get('x-keyhatch-error');
  };
  return { house, dataDir, lines, client: clientOf(house, { kind: 'cli', detail: null }), tryKey };
}

const strong = 'sk-lmab-3f2c9a7e-0b1d-4c2a';
const remote = { 'x-forwarded-for': '192.0.2.9' };

test('keys of another program open the gateway, with what it said of them', async () => {
  const { client, tryKey } = await opened();
  const text = JSON.stringify({ api_keys: [{ name: 'Default Key', key: strong, rpm: 12, created: 1 }] });
  const report = await client.keys.import({ text });
  expect(report).toMatchObject({ format: 'lmarenabridge', imported: 1, lines: [{ name: 'Default Key', says: null }] });
  expect(await tryKey(strong)).toBe(200);
  expect(await client.keys.get({ ref: 'default key' })).toMatchObject({
    origin: 'imported',
    weak: false,
    limits: { rpm: 12 },
  });
});

describe('a weak key', () => {
  test('works on this computer alone, until it is accepted', async () => {
    const { client, tryKey } = await opened();
    const { lines } = await client.keys.import({ text: 'phone,sk-1234' });
    expect(lines).toMatchObject([{ imported: true, weak: true }]);
    expect([await tryKey('sk-1234'), await tryKey('sk-1234', remote)]).toEqual([200, 'key_weak']);
    expect(await client.keys.acceptWeak({ ref: 'phone' })).toMatchObject({ weak: false });
    expect(await tryKey('sk-1234', remote)).toBe(200);
  });

  test('is weak no more once it is rotated, and its old value goes on under grace as weak as it was', async () => {
    const { client, tryKey } = await opened();
    await client.keys.import({ text: 'phone,sk-1234' });
    const { key, facts } = await client.keys.rotate({ ref: 'phone' });
    expect(facts).toMatchObject({ weak: false, origin: 'generated' });
    expect(await tryKey(key, remote)).toBe(200);
    expect(await tryKey('sk-1234')).toBe(200);
    expect(await tryKey('sk-1234', remote)).toBe('key_weak');
    expect(await client.keys.endOldSecret({ ref: 'phone' })).toMatchObject({ oldSecretUntil: null });
    expect(await tryKey('sk-1234')).toBe('key_unknown');
  });
});

test('each line is told of, in order, and what cannot be is not imported', async () => {
  const { client } = await opened();
  await client.keys.create({ name: 'taken' });
  const text = [
    `good,${strong}`,
    `again,${strong}`,
    'taken,sk-another-value-12345',
    'GOOD,sk-yet-another-value-1',
    'short,abc',
    'placeholder,lm-studio',
    'ours,kh_AAAAAAAA_0123456789012345678901234567',
    'spaced,has spaces in it, and so on',
    'sk-without-a-name-12345',
  ].join('\n');
  const wouldBe = await client.keys.import({ text, dryRun: true });
  expect((await client.keys.list()).map(({ name }) => name)).toEqual(['taken']);
  const report = await client.keys.import({ text });
  expect(report.lines.map(({ name, imported, says }) => [name, imported, says])).toEqual([
    ['good', true, null],
    ['again', false, 'its value stands here twice'],
    ['taken', false, 'a key of this name is there already'],
    ['GOOD', false, 'a key of this name is there already'],
    ['short', false, 'it has fewer than 4 characters'],
    ['placeholder', false, 'programs send it when they have no key at all'],
    ['ours', false, 'it begins like a key that Keyhatch makes itself'],
    ['spaced', false, expect.stringContaining('a space')],
    ['Imported 1', true, null],
  ]);
  const without = (lines: typeof report.lines) => lines.map(({ id: _id, ...line }) => line);
  expect(without(wouldBe.lines)).toEqual(without(report.lines));
  const again = await client.keys.import({ text: `other,${strong}` });
  expect(again.lines).toMatchObject([{ imported: false, says: 'another key has this value already' }]);
});

test('values stand in the vault alone: not in answers, exports, the history, the log or the database', async () => {
  const { house, client, dataDir, lines } = await opened();
  const values = [strong, 'sk-1234', 'sk-litellm-abcdefgh-1'];
  const answers = [
    await client.keys.import({ text: `a,${values[0]}\nb,${values[1]}\nb,${values[0]}` }),
    await client.keys.import({ text: JSON.stringify([{ key: values[2], key_alias: values[2] }]) }),
    await client.keys.export(),
    await client.history.list({}),
    await client.keys.list(),
  ];
  expect(await client.keys.export()).toMatchObject({ keyhatch: 'keys', version: 10, keys: [{}, {}, {}], projects: [] });
  await house.stop();
  const disk = ['keyhatch.db', 'settings.json'].map((file) => {
    try {
      return readFileSync(join(dataDir, file), 'latin1');
    } catch {
      return '';
    }
  });
  const all = JSON.stringify(answers) + lines.join('\n') + disk.join('\n');
  for (const value of values) expect(all).not.toContain(value);
});

// Keys of people against what their holders and others try: names that look like ids, keys beyond their number, and changes
// of what somebody else set.

import { expect, test } from 'vitest';
import { makePeopleBed, refusalOf } from '../../fakes/people-bed.ts';

test('no key can be called as another’s id, and limits and removal reach every key', async () => {
  const bed = await makePeopleBed();
  const { client } = await bed.join('Ben');
  const [one, other] = [await client.keys.create({ name: 'one' }), await client.keys.create({ name: 'other' })];
  expect(await refusalOf(client.keys.create({ name: one.id }))).toBe('name_taken');
  expect(await refusalOf(client.keys.edit({ ref: 'other', name: one.id }))).toBe('name_taken');
  await bed.machine.people.edit({ ref: 'Ben', limits: { rpm: 3 } });
  for (const { id } of [one, other]) expect((await bed.machine.keys.get({ ref: id })).limits.rpm).toBe(3);
  await bed.machine.people.remove({ ref: 'Ben' });
  for (const { id } of [one, other]) expect((await bed.machine.keys.get({ ref: id })).status).toBe('revoked');
});

// The door of the admin API: the same look-up for every credential, and how often a key may call.

import { expect, test } from 'vitest';
import { createApiDoor } from '../../../electron/api/api-door.ts';

function makeDoor() {
  let now = 0;
  const asked: string[] = [];
  const noted: string[] = [];
  const door = createApiDoor({
    verify(credential) {
      asked.push(credential);
      return credential.startsWith('kha_good') ? { id: credential, name: 'script' } : undefined;
    },
    contextOf: ({ name }) => ({ actor: { kind: 'api', detail: name } }),
    noteFailure: (address) => noted.push(address),
    clock: { now: () => now, monotonic: () => now },
  });
  return { door, asked, noted, passTime: (ms: number) => (now += ms) };
}

const codeOf = (work: () => unknown): unknown => {
  try {
    work();
    return 'let in';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

test('asks about every credential once, also about what cannot be one', () => {
  const { door, asked } = makeDoor();
  expect(codeOf(() => door.admit('kha_bad', '10.0.0.1'))).toBe('admin_key_unknown');
  expect(codeOf(() => door.admit('kh_ordinary', '10.0.0.1'))).toBe('admin_key_required');
  expect(door.admit('kha_good', '10.0.0.1')).toEqual({ actor: { kind: 'api', detail: 'script' } });
  expect(asked).toEqual(['kha_bad', 'kh_ordinary', 'kha_good']);
});

test('notes failures once a minute for each address', () => {
  const { door, noted, passTime } = makeDoor();
  const fail = (address: string) => codeOf(() => door.admit('kha_bad', address));
  for (const address of ['10.0.0.1', '10.0.0.1', '10.0.0.2', '10.0.0.1']) fail(address);
  expect(noted).toEqual(['10.0.0.1', '10.0.0.2']);
  passTime(60_000);
  fail('10.0.0.1');
  expect(noted).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.1']);
});

test('lets each key call 600 times in any minute', () => {
  const { door, passTime } = makeDoor();
  const call = (key: string) => codeOf(() => door.admit(key, '10.0.0.1'));
  for (let n = 0; n < 300; n++) expect(call('kha_good')).toBe('let in');
  passTime(30_000);
  for (let n = 0; n < 300; n++) expect(call('kha_good')).toBe('let in');
  expect(call('kha_good')).toBe('rate_limited');
  expect(call('kha_good_too')).toBe('let in');
  passTime(30_000);
  for (let n = 0; n < 300; n++) expect(call('kha_good')).toBe('let in');
  expect(call('kha_good')).toBe('rate_limited');
});

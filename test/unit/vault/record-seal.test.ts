// Sealed records: only the same key and the same binding open them, and no byte may be another.

import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRecordKey, openRecord, readRecordKey, sealRecord } from '../../../electron/vault/record-seal.ts';

function newKey() {
  const key = readRecordKey(makeRecordKey());
  if (!key) throw new Error('a new key is one');
  return key;
}
const key = newKey();

test('what was sealed comes out again, with another nonce each time', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.string(), (bytes, binding) => {
      const plain = Buffer.from(bytes);
      const sealed = sealRecord(key, binding, plain);
      expect(openRecord(key, binding, sealed)).toEqual(plain);
      expect(sealRecord(key, binding, plain).equals(sealed)).toBe(false);
    }),
  );
});

test('the text is not in it', () => {
  expect(sealRecord(key, 'a', Buffer.from('a very secret prompt')).includes('secret')).toBe(false);
});

test('another binding, another key, and a record that is too short do not open', () => {
  const sealed = sealRecord(key, 'req_1\nrequest', Buffer.from('prompt'));
  expect(openRecord(key, 'req_2\nrequest', sealed)).toBeUndefined();
  expect(openRecord(key, 'req_1\nanswer', sealed)).toBeUndefined();
  expect(openRecord(newKey(), 'req_1\nrequest', sealed)).toBeUndefined();
  expect(openRecord(key, 'req_1\nrequest', sealed.subarray(0, 20))).toBeUndefined();
});

test('a record with one bit changed anywhere does not open', () => {
  const sealed = sealRecord(key, 'a', Buffer.from('prompt'));
  for (let at = 0; at < sealed.length; at += 1) {
    const changed = Buffer.from(sealed);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(openRecord(key, 'a', changed)).toBeUndefined();
  }
});

test('a text that is no key is none', () => {
  expect(readRecordKey('')).toBeUndefined();
  expect(readRecordKey('c2hvcnQ')).toBeUndefined();
});

import { expect, test } from 'vitest';
import { guardedLookup } from '../../../electron/upstream/guarded-lookup.ts';

function resolve(name: string, all: boolean): Promise<unknown> {
  return new Promise((done) => {
    guardedLookup(name, { all }, (error, addresses) => done(error === null ? addresses : error.code));
  });
}

test('refuses a name that leads to an address that can be no upstream', async () => {
  // A number is a name that resolves to itself: no resolver is needed.
  for (const address of ['169.254.169.254', 'fe80::1', '100.100.100.200', '0.0.0.0']) {
    expect(await resolve(address, true)).toBe('EADDRREFUSED');
    expect(await resolve(address, false)).toBe('EADDRREFUSED');
  }
});

test('lets any other through, in the form that was asked for', async () => {
  expect(await resolve('127.0.0.1', true)).toEqual([{ address: '127.0.0.1', family: 4 }]);
  expect(await resolve('::1', false)).toBe('::1');
  expect(['127.0.0.1', '::1']).toContain(await resolve('localhost', false));
});

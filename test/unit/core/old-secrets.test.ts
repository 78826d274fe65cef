// The last use of rotated secrets: gathered, written once, and kept for another try where writing failed.

import { expect, test } from 'vitest';
import { createOldSecrets, type OldSecretUse } from '../../../electron/core/old-secrets.ts';

const use = (id: string, at: number): OldSecretUse => ({ id, at, address: '10.0.0.1', userAgent: null });

test('the newest use of each key is written, once', () => {
  const written: (readonly OldSecretUse[])[] = [];
  const told: string[] = [];
  const secrets = createOldSecrets({
    write: (uses) => void written.push(uses),
    onWritten: (id) => void told.push(id),
    onFailure: () => {},
  });
  for (const one of [use('a', 1), use('b', 2), use('a', 3)]) secrets.used(one);
  secrets.flush();
  secrets.flush();
  expect(written).toEqual([[use('a', 3), use('b', 2)]]);
  expect(told).toEqual(['a', 'b']);
});

test('what could not be written is written with the next ones, unless a newer use has come', () => {
  const failures: unknown[] = [];
  let written: readonly OldSecretUse[] = [];
  let full = true;
  const secrets = createOldSecrets({
    write(uses) {
      if (full) throw new Error('the disk is full');
      written = uses;
    },
    onWritten: () => {},
    onFailure: (error) => void failures.push(error),
  });
  secrets.used(use('a', 1));
  secrets.used(use('b', 1));
  secrets.flush();
  expect(failures).toHaveLength(1);
  full = false;
  secrets.used(use('a', 9));
  secrets.flush();
  expect([...written].sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual([use('a', 9), use('b', 1)]);
});

// What the doctor says of a vault that cannot be read: nothing about keys, and a way out that fits the vault.

import { expect, test } from 'vitest';
import { examine } from '../../../electron/core/doctor.ts';
import type { Status } from '../../../shared/model.ts';
import { running } from '../cli/fake-instance.ts';

const examined = (vault: Status['vault']) =>
  examine({
    status: () => ({ ...running, upstreams: [], vault }),
    test: async () => {
      throw new Error('there is no upstream to test');
    },
    openOnLan: async () => [],
    settingsProblems: () => [],
  });

test('a locked vault is one bad finding, and no key is called usable', async () => {
  const findings = await examined({ kind: 'keychain', state: 'locked', reason: 'nobody answers' });
  expect(findings.filter(({ check }) => check === 'keys')).toEqual([]);
  expect(findings.find(({ check }) => check === 'vault')).toMatchObject({
    result: 'bad',
    says: 'Keys cannot be checked: nobody answers.',
    cure: expect.stringContaining('serve --vault file'),
  });
});

test('an open vault lets the keys be counted', async () => {
  const findings = await examined({ kind: 'file', state: 'open', reason: null });
  expect(findings.find(({ check }) => check === 'keys')?.says).toBe('1 of 2 keys can be used.');
});

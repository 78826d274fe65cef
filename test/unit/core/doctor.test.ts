// What the doctor says of a vault that cannot be read: nothing about keys, and a way out that fits the vault.

import { expect, test } from 'vitest';
import { type DoctorPorts, examine } from '../../../electron/core/doctor.ts';
import type { AuditReport } from '../../../shared/audit-model.ts';
import type { Status } from '../../../shared/model.ts';
import { running, wholeAudit } from '../cli/fake-instance.ts';

const sound = { problem: null, keysDamaged: false };
const examined = (vault: Status['vault'], storage: DoctorPorts['storage'] = sound, audit: AuditReport = wholeAudit) =>
  examine({
    status: () => ({ ...running, upstreams: [], vault }),
    test: async () => {
      throw new Error('there is no upstream to test');
    },
    exposures: async () => [],
    settingsProblems: () => [],
    storage,
    audit: async () => audit,
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

test('damaged keys are one bad finding of the database, with no word of a vault that could be unlocked', async () => {
  const storage = { problem: 'The database is damaged.', keysDamaged: true };
  const findings = await examined({ kind: 'keychain', state: 'locked', reason: 'damaged' }, storage);
  expect(findings.filter(({ check }) => check === 'vault' || check === 'keys')).toEqual([]);
  expect(findings.find(({ check }) => check === 'storage')).toMatchObject({
    result: 'bad',
    says: 'The database is damaged.',
    cure: expect.stringContaining('keyhatch.db'),
  });
});

test('an open vault lets the keys be counted', async () => {
  const findings = await examined({ kind: 'file', state: 'open', reason: null });
  expect(findings.find(({ check }) => check === 'keys')?.says).toBe('1 of 2 keys can be used.');
});

test('a broken audit log is a bad finding, a whole one is no news', async () => {
  const open = { kind: 'file', state: 'open', reason: null } as const;
  expect((await examined(open)).filter(({ check }) => check === 'audit log')).toEqual([]);
  const broken = { kind: 'changed', seq: 3 } as const;
  const findings = await examined(open, sound, {
    ...wholeAudit,
    state: 'broken',
    says: 'Entry 3 was changed.',
    broken,
  });
  expect(findings.find(({ check }) => check === 'audit log')).toMatchObject({
    result: 'bad',
    says: 'Entry 3 was changed.',
    cure: expect.stringContaining('keyhatch audit begin-anew'),
  });
});

// What the findings of the exposure check are called, and which page they lead to.

import { expect, test } from 'vitest';
import { abilitiesOf } from '../../../renderer/api/abilities.ts';
import { countFindings, curePlaceOf } from '../../../renderer/features/server/finding-words.ts';
import type { Finding } from '../../../shared/model.ts';

const finding = (check: string, result: Finding['result'] = 'warning'): Finding => ({
  check,
  result,
  says: 'It is so.',
  cure: null,
});

test('a fresh install without a key or a model server has nothing to close, only something to look at', () => {
  expect(countFindings([finding('keys'), finding('upstream', 'bad'), finding('access', 'good')])).toEqual({
    toClose: 0,
    toLookAt: 2,
  });
  expect(countFindings([finding('encryption'), finding('public address', 'bad'), finding('firewall')])).toEqual({
    toClose: 2,
    toLookAt: 1,
  });
});

test('a finding leads to the page that has the button for it, and only whoever may press it', () => {
  const owner = abilitiesOf({ role: 'owner', person: null });
  const viewer = abilitiesOf({ role: 'viewer', person: null });
  expect(curePlaceOf(finding('keys'), owner)).toBe('newKey');
  expect(curePlaceOf(finding('upstream', 'bad'), owner)).toBe('models');
  expect(curePlaceOf(finding('encryption'), owner)).toBe('settings');
  expect(curePlaceOf(finding('encryption', 'good'), owner)).toBeUndefined();
  expect(curePlaceOf(finding('firewall'), owner)).toBeUndefined();
  for (const check of ['keys', 'upstream', 'encryption']) expect(curePlaceOf(finding(check), viewer)).toBeUndefined();
});

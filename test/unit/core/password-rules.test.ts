// Which passwords are good enough, and why not.

import { expect, test } from 'vitest';
import { unsuitablePassword } from '../../../electron/core/password-rules.ts';

test.each([
  'my dog eats blue socks',
  'correct horse battery',
  'der Hund bellt laut',
  'zürich im regen',
  'tJ7#kk20xPq9',
  'purple-monkey-dishwasher',
  '密码很长也没有人知道它是什么啊',
  'ääxkqzwpbnt9',
])('%s is good enough', (password) => {
  expect(unsuitablePassword(password, 'Anna Smith')).toBeUndefined();
});

test.each([
  ['elevenchars', '12 characters'],
  ['x'.repeat(257), 'bytes'],
  ['a password\twith a tab in it', 'control'],
  ['aaaaaaaaaaaa', 'repeats'],
  ['abcabcabcabc', 'repeats'],
  ['ölölölölölöl', 'repeats'],
  ['123456789012', 'follow each other'],
  ['abcdefghijklmnop', 'follow each other'],
  ['qwertyuiop12', 'follow each other'],
  ['password1234', 'everybody'],
  ['P@ssw0rd2024!', 'everybody'],
  ['Sommer2024!!', 'everybody'],
  ['1q2w3e4r5t6y', 'everybody'],
  ['correct-horse-battery-staple', 'everybody'],
  ['The quick brown fox', 'everybody'],
  ['Keyhatch-2026!', 'your name'],
  ['AnnaSmith12345', 'your name'],
  ['smith-anna-smith', 'your name'],
])('%s is not', (password, why) => {
  expect(unsuitablePassword(password, 'Anna Smith')).toContain(why);
});

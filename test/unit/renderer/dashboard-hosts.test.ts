// The dashboard's addresses as a browser may change them: never so that it locks itself out.

import { expect, test } from 'vitest';
import { endsSession, wrongDashboardHosts } from '../../../renderer/features/settings/dashboard-hosts.ts';

test('a browser may add addresses, and may not take away the one by which it came', () => {
  expect(wrongDashboardHosts(['127.0.0.1', '192.168.1.5'], '127.0.0.1')).toBeUndefined();
  expect(wrongDashboardHosts(['127.0.0.1'], 'localhost')).toBeUndefined();
  expect(wrongDashboardHosts(['0.0.0.0'], '192.168.1.5')).toBeUndefined();
  expect(wrongDashboardHosts(['[fd00::2]'], '[fd00::2]')).toBeUndefined();
  expect(wrongDashboardHosts(['192.168.1.5'], '127.0.0.1')).toContain('127.0.0.1');
  expect(wrongDashboardHosts(['127.0.0.1'], '[fd00::2]')).toContain('[fd00::2]');
});

test('a name may stand for any address, and the window needs none', () => {
  expect(wrongDashboardHosts(['192.168.1.5'], 'box.lan')).toBeUndefined();
  expect(wrongDashboardHosts(['192.168.1.5'], undefined)).toBeUndefined();
});

test('an empty list is no list', () => {
  expect(wrongDashboardHosts([], undefined)).toBeDefined();
});

test.each([
  [['127.0.0.1'], ['0.0.0.0'], '127.0.0.1', true],
  [['127.0.0.1'], ['127.0.0.1', '::'], '127.0.0.1', true],
  [['0.0.0.0'], ['127.0.0.1'], '127.0.0.1', true],
  [['0.0.0.0'], ['[::]'], '192.168.1.5', true],
  [['127.0.0.1', 'lan'], ['127.0.0.1', 'lan', '0.0.0.0'], '192.168.1.5', true],
  [['127.0.0.1'], ['127.0.0.1', '192.168.1.5'], '127.0.0.1', false],
  [['0.0.0.0'], ['0.0.0.0', '127.0.0.1'], '127.0.0.1', false],
  [['127.0.0.1', 'fd00::2'], ['fd00::2'], '[fd00::2]', false],
] as const)('from %j to %j, a session that came in by %s ends: %s', (before, after, hostname, ends) => {
  expect(endsSession(before, after, hostname)).toBe(ends);
});

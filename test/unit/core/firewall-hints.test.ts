// What the files of a system say of its firewall, as far as everybody may read them.

import { describe, expect, test } from 'vitest';
import { firewallHint } from '../../../electron/lib/firewall-hints.ts';

const hint = (files: Readonly<Record<string, string>>) => firewallHint('linux', async (file) => files[file]);
const nftables = '/etc/nftables.conf';
const unit = '/etc/systemd/system/sysinit.target.wants/nftables.service';
const drops = 'table inet filter {\n chain input {\n type filter hook input priority filter; policy drop;\n }\n}';

describe('on Linux', () => {
  test.each([
    ['nothing at all', {}, { likely: 'nothing' }],
    ['ufw that is on', { '/etc/ufw/ufw.conf': '# x\nENABLED=yes\n' }, { likely: 'blocks', by: 'ufw' }],
    ['ufw that is off', { '/etc/ufw/ufw.conf': 'ENABLED=no\n' }, { likely: 'nothing' }],
    [
      'ufw that lets in',
      { '/etc/ufw/ufw.conf': 'ENABLED=yes', '/etc/default/ufw': 'DEFAULT_INPUT_POLICY="ACCEPT"' },
      { likely: 'nothing' },
    ],
    [
      'firewalld that runs',
      { '/sys/fs/cgroup/system.slice/firewalld.service/cgroup.procs': '812\n' },
      { likely: 'blocks', by: 'firewalld' },
    ],
    [
      'firewalld that has ended',
      { '/sys/fs/cgroup/system.slice/firewalld.service/cgroup.procs': '' },
      { likely: 'nothing' },
    ],
    ['nftables that drops', { [nftables]: drops, [unit]: '[Unit]' }, { likely: 'blocks', by: 'nftables' }],
    ['nftables that is not switched on', { [nftables]: drops }, { likely: 'nothing' }],
    [
      'nftables that drops in a comment',
      { [nftables]: `# ${drops.replaceAll('\n', ' ')}`, [unit]: '' },
      { likely: 'nothing' },
    ],
    ['nftables that accepts', { [nftables]: drops.replace('drop', 'accept'), [unit]: '' }, { likely: 'nothing' }],
  ])('%s', async (_name, files, expected) => {
    expect(await hint(files)).toEqual(expected);
  });
});

test('macOS and Windows ask, and no file of theirs is read', async () => {
  const read = () => Promise.reject(new Error('nothing is to be read'));
  expect(await firewallHint('darwin', read)).toEqual({ likely: 'asks', by: 'macOS' });
  expect(await firewallHint('win32', read)).toEqual({ likely: 'asks', by: 'Windows' });
  expect(await firewallHint('freebsd', read)).toEqual({ likely: 'nothing' });
});

test('of this machine it answers, whatever that is', async () => {
  expect(await firewallHint()).toHaveProperty('likely');
});

// Names among the hosts: looked up when somebody is about to listen, one address each, and kept while nobody can be asked.

import { expect, test } from 'vitest';
import { createHostNames, namesAmong } from '../../../electron/core/host-names.ts';

function setUp() {
  const leads = new Map<string, readonly string[]>();
  let asked = 0;
  const names = createHostNames({
    async lookup(name) {
      asked += 1;
      const found = leads.get(name);
      if (!found) throw new Error('ENOTFOUND');
      return found;
    },
  });
  return { leads, names, asked: () => asked };
}

test('addresses, interfaces and the word for private networks are no names; everything else is', () => {
  const hosts = ['127.0.0.1', '[::1]', '::', 'lan', 'if:eth0', 'localhost', 'nas.lan', '127.1', '0'];
  expect(namesAmong(hosts)).toEqual(['localhost', 'nas.lan', '127.1', '0']);
});

test('of several addresses a public one comes last, and the one that it had stays', async () => {
  const { leads, names } = setUp();
  leads.set('nas', ['203.0.113.5', '192.168.1.5', '10.0.0.5']);
  expect(await names.lookUp(['nas', '127.0.0.1'])).toEqual([]);
  expect(names.addressOf('nas')).toBe('192.168.1.5');
  leads.set('nas', ['10.0.0.5', '192.168.1.5']);
  await names.lookUp(['nas']);
  expect(names.addressOf('nas')).toBe('192.168.1.5');
  leads.set('nas', ['203.0.113.5']);
  await names.lookUp(['nas']);
  expect(names.addressOf('nas')).toBe('203.0.113.5');
});

test('one that leads nowhere is told; one that did lead somewhere is what it was while nobody answers', async () => {
  const { leads, names, asked } = setUp();
  leads.set('nas', ['192.168.1.5']);
  expect(await names.lookUp(['nas', 'gone'])).toEqual(['gone']);
  leads.clear();
  expect(await names.lookUp(['nas'])).toEqual([]);
  expect(names.addressOf('nas')).toBe('192.168.1.5');
  expect(names.addressOf('gone')).toBeUndefined();
  const before = asked();
  await names.lookUpNew(['nas']);
  expect(asked()).toBe(before);
});

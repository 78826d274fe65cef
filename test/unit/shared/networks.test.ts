// How networks are written and what lies in them, held against the system's own lists of addresses.

import { BlockList, isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addressBytes, isInBlock, myNetworkBlocks, networkEntry, readNetwork } from '../../../shared/networks.ts';

function blockOf(text: string) {
  const read = readNetwork(text);
  if (!read.ok || typeof read.network === 'string') throw new Error(`${text} is no block`);
  return read.network;
}

describe('what is not written as a network should be is refused', () => {
  test.each([
    '',
    'anywhere ',
    'Anywhere',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.1.',
    '192.168.01.0/24',
    '192.168.1.0/024',
    '192.168.1.0/33',
    '192.168.1.0/-1',
    '192.168.1.0/',
    '192.168.1.0/24/24',
    '192.168.1.0/ 24',
    '192.168.1.256',
    '10.0.0.5/8',
    '2001:db8::1/32',
    '::/129',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8',
    'fe80::1%eth0',
    'g::',
    '12345::',
    ':1:2:3:4:5:6:7',
    '::ffff:192.168.1.7',
    '::ffff:192.168.1.0/120',
    '192.168.1.7:1235',
    'localhost',
    'constructor',
  ])('%j', (text) => {
    expect(readNetwork(text).ok).toBe(false);
    expect(networkEntry.safeParse(text).success).toBe(false);
  });
  test('and says what is wrong with it', () => {
    expect(networkEntry.safeParse('10.0.0.5/8').error?.issues[0]?.message).toMatch(/bits beyond its \/8/);
  });
});

test.each([
  'anywhere',
  'my-network',
  'this-computer',
  '0.0.0.0/0',
  '::/0',
  '192.168.1.7',
  '2001:db8::/32',
  '::1',
  '::',
])('%s is a network', (text) => {
  expect(networkEntry.safeParse(text)).toEqual({ success: true, data: text });
});

test('an IPv4 address in IPv6 form is that IPv4 address', () => {
  for (const text of ['::ffff:192.168.1.7', '::FFFF:c0a8:107', '0:0:0:0:0:ffff:192.168.1.7']) {
    expect(addressBytes(text)).toEqual([192, 168, 1, 7]);
  }
  expect(addressBytes('::192.168.1.7')).toHaveLength(16);
});

const address = fc.oneof(fc.ipV4(), fc.ipV6());

test('whether an address lies in a block is what the system says', () => {
  fc.assert(
    fc.property(address, address, fc.nat(128), (inside, asked, cut) => {
      const bytes = addressBytes(inside) ?? [];
      const prefix = Math.min(cut, bytes.length * 8);
      const block = {
        bytes: bytes.map((byte, i) => byte & (0xff << (8 - Math.min(8, Math.max(0, prefix - i * 8))))),
        prefix,
      };
      const list = new BlockList();
      list.addSubnet(textOf(block.bytes), prefix, bytes.length === 4 ? 'ipv4' : 'ipv6');
      for (const one of [asked, inside]) {
        const found = addressBytes(one) ?? [];
        const text = textOf(found);
        const expected = found.length === bytes.length && list.check(text, isIPv4(text) ? 'ipv4' : 'ipv6');
        expect(isInBlock(found, block), `${text} in ${textOf(block.bytes)}/${prefix}`).toBe(expected);
      }
    }),
    { numRuns: 2000 },
  );
});

function textOf(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return groups.join(':');
}

test('every address that the system knows is read, and reads as the same', () => {
  fc.assert(
    fc.property(address, (text) => {
      const bytes = addressBytes(text) ?? [];
      const list = new BlockList();
      list.addAddress(text, isIPv4(text) ? 'ipv4' : 'ipv6');
      const same = textOf(bytes);
      expect(list.check(same, isIPv4(same) ? 'ipv4' : 'ipv6')).toBe(true);
    }),
  );
});

test('one’s own network is private, link-local and unique local addresses', () => {
  const blocks = myNetworkBlocks.map(blockOf);
  const isMine = (text: string) => blocks.some((block) => isInBlock(addressBytes(text) ?? [], block));
  for (const mine of ['10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.7.7', 'fd12::1', 'fe80::1']) {
    expect(isMine(mine), mine).toBe(true);
  }
  for (const other of ['172.32.0.1', '11.0.0.1', '8.8.8.8', '100.64.0.1', '2001:db8::1', 'fec0::1', '127.0.0.1']) {
    expect(isMine(other), other).toBe(false);
  }
});

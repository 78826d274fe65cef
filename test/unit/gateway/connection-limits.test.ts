// Who counts as one neighbour, and how many connections one of them gets. Sockets are stand-ins: no test can connect from
// another machine.

import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createConnectionLimits } from '../../../electron/gateway/connection-limits.ts';
import { addressBlock } from '../../../electron/lib/address-block.ts';
import { systemClock } from '../../../electron/lib/clock.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { settingsSchema } from '../../../shared/settings.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['fe80::1', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
])('%s counts as %s', (address, block) => {
  expect(addressBlock(address)).toBe(block);
});

class StandInSocket extends EventEmitter {
  readonly remoteAddress: string;
  answer = '';
  constructor(address: string) {
    super();
    this.remoteAddress = address;
  }
  end(text: string): void {
    this.answer = text;
  }
  destroySoon(): void {}
}

function connecting() {
  const settings = settingsSchema.parse({ 'network.maxConnectionsPerAddress': 2 });
  const limits = createConnectionLimits({ settings: () => settings, clock: systemClock, log: silentLog });
  onTestFinished(limits.close);
  return (address: string) => {
    const socket = new StandInSocket(address);
    limits.admit(socket as unknown as Socket);
    return socket;
  };
}

test('one address gets so many connections and no more, until it closes one; another is not touched by it', () => {
  const connect = connecting();
  const first = connect('192.0.2.7');
  connect('::ffff:192.0.2.7');
  expect(connect('192.0.2.7').answer).toContain('connections_full');
  expect(connect('192.0.2.8').answer).toBe('');
  first.emit('close');
  expect(connect('192.0.2.7').answer).toBe('');
  expect(connect('192.0.2.7').answer).toContain('503');
});

test('a whole /64 counts as one address', () => {
  const connect = connecting();
  connect('2001:db8::1');
  connect('2001:db8::2');
  expect(connect('2001:db8::3').answer).toContain('connections_full');
  expect(connect('2001:db8:0:1::3').answer).toBe('');
});

test('programs on this computer are not counted apart', () => {
  const connect = connecting();
  for (let count = 0; count < 5; count++) expect(connect('127.0.0.1').answer).toBe('');
});

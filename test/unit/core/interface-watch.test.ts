// Addresses that come and go: told once each, told again while they cannot be followed yet, and not for ever.

import { expect, test } from 'vitest';
import { createInterfaceWatch } from '../../../electron/core/interface-watch.ts';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { machine } from '../../fakes/some-interfaces.ts';

function setUp() {
  const state: { interfaces: Interfaces; followed: boolean; fail: boolean } = {
    interfaces: machine({ eth0: ['10.0.0.2/24'] }),
    followed: true,
    fail: false,
  };
  let told = 0;
  const watch = createInterfaceWatch({
    read: () => state.interfaces,
    async onChange() {
      told += 1;
      if (state.fail) throw new Error('not now');
      return state.followed;
    },
    log: silentLog,
  });
  return { state, watch, told: () => told };
}

test('nothing is told while nothing changes, and link-local addresses are nothing', async () => {
  const { state, watch, told } = setUp();
  await watch.look();
  state.interfaces = machine({ eth0: ['10.0.0.2/24', 'fe80::2/64'], veth1: ['fe80::3/64'] });
  await watch.look();
  expect(told()).toBe(0);
});

test('a changed address is told once', async () => {
  const { state, watch, told } = setUp();
  state.interfaces = machine({ eth0: ['10.0.0.3/24'] });
  expect(await watch.look()).toBe(true);
  expect(await watch.look()).toBe(false);
  expect(told()).toBe(1);
});

test('one that cannot be followed yet is told again, ten times at most, and anew with the next change', async () => {
  const { state, watch, told } = setUp();
  state.interfaces = machine({ eth0: ['fd00::2/64'] });
  state.followed = false;
  await watch.look();
  await watch.look();
  state.fail = true;
  await watch.look();
  expect(told()).toBe(3);
  for (let count = 0; count < 20; count++) await watch.look();
  expect(told()).toBe(10);
  state.interfaces = machine({ eth0: ['fd00::3/64'] });
  Object.assign(state, { followed: true, fail: false });
  await watch.look();
  await watch.look();
  expect(told()).toBe(11);
});

// Where Keyhatch listens, as people set it: the network switch, interfaces by name, and public addresses, which have to be
// confirmed by name.

import { describe, expect, test } from 'vitest';
import { createHostNames } from '../../../electron/core/host-names.ts';
import type { Interfaces } from '../../../electron/core/interfaces.ts';
import { createSettingsCalls } from '../../../electron/core/settings-calls.ts';
import type { SettingName, Settings } from '../../../shared/settings.ts';
import { settingsSchema } from '../../../shared/settings.ts';
import { machine } from '../../fakes/some-interfaces.ts';

const laptop = machine({
  lo: ['127.0.0.1/8', '::1/128'],
  wlan0: ['192.168.1.5/24', '2001:db8::5/64'],
  eth0: ['203.0.113.5/24'],
});

function setUp(given: Partial<Settings> = {}, interfaces: Interfaces = laptop) {
  let settings = settingsSchema.parse(given);
  const failing: { move?: Error } = {};
  /** Where names lead. */
  const leads = new Map<string, readonly string[]>();
  const view = (name: string) => ({
    name,
    value: settings[name as SettingName],
    default: null,
    about: '',
    setByFlag: false,
  });
  const calls = createSettingsCalls({
    get: () => settings,
    view,
    list: () => [],
    set: (name, value) => {
      settings = settingsSchema.parse({ ...settings, [name]: value });
    },
    interfaces: () => interfaces,
    names: createHostNames({ lookup: async (name) => leads.get(name) ?? [] }),
    async moveListener() {
      if (failing.move) throw failing.move;
    },
    followDashboard: async () => {},
    checkDashboard: () => {},
  });
  return { calls, hosts: () => settings['server.hosts'], get: () => settings, failing, leads };
}

describe('the network switch', () => {
  test('is every private network, with keys, and never a public address', async () => {
    const { calls, hosts, get } = setUp({ 'access.requireKey': false });
    await calls.setLan(true);
    expect(hosts()).toEqual(['127.0.0.1', '::1', 'lan']);
    expect(get()['access.requireKey']).toBe(true);
    expect(get()['server.publicInterfaces']).toEqual([]);
    await calls.setLan(false);
    expect(hosts()).toEqual(['127.0.0.1']);
  });

  test('is single interfaces where they are chosen, and asks nothing, because public addresses are left out', async () => {
    const { calls, hosts, get } = setUp();
    await calls.setLan(true, ['wlan0']);
    expect(hosts()).toEqual(['127.0.0.1', '::1', 'if:wlan0']);
    expect(get()['server.publicInterfaces']).toEqual([]);
  });

  test('leaves what was chosen by hand as it is while it is on', async () => {
    const { calls, hosts } = setUp({ 'server.hosts': ['192.168.1.5'] });
    await calls.setLan(true);
    expect(hosts()).toEqual(['192.168.1.5']);
  });
});

describe('a public address', () => {
  test.each([
    [['0.0.0.0'], '203.0.113.5 on eth0'],
    [['::'], '2001:db8::5 on wlan0 and 203.0.113.5 on eth0'],
    [['203.0.113.5'], '203.0.113.5 on eth0'],
    [['if:wlan0'], '2001:db8::5 on wlan0'],
  ])('that %j opens is named and has to be confirmed', async (value, named) => {
    const { calls, hosts } = setUp();
    const refusal = await calls.set('server.hosts', value, false).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'confirmation_needed',
      details: { consequence: expect.stringContaining(named) },
    });
    expect(hosts()).toEqual(['127.0.0.1']);
    await calls.set('server.hosts', value, true);
    expect(hosts()).toEqual(value);
  });

  test('needs nothing said where there is none, nor for what is open already', async () => {
    const { calls, hosts } = setUp({}, machine({ lo: ['127.0.0.1/8'], eth0: ['10.0.0.2/24'] }));
    await calls.set('server.hosts', ['0.0.0.0'], false);
    expect(hosts()).toEqual(['0.0.0.0']);
    const open = setUp({ 'server.hosts': ['0.0.0.0'] });
    await open.calls.set('server.hosts', ['0.0.0.0', '::1'], false);
    expect(open.hosts()).toEqual(['0.0.0.0', '::1']);
  });

  test('of an interface is listened on for as long as the list names the interface', async () => {
    const { calls, get } = setUp();
    await calls.set('server.hosts', ['if:wlan0', 'if:eth0'], true);
    expect(get()['server.publicInterfaces']).toEqual(['wlan0', 'eth0']);
    await calls.set('server.hosts', ['if:eth0'], false);
    expect(get()['server.publicInterfaces']).toEqual(['eth0']);
    await calls.set('server.hosts', ['lan'], false);
    expect(get()['server.publicInterfaces']).toEqual([]);
  });

  test('cannot be let in by the other setting either, without being confirmed', async () => {
    const { calls, get } = setUp({ 'server.hosts': ['if:wlan0'] });
    await expect(calls.set('server.publicInterfaces', ['wlan0'], false)).rejects.toMatchObject({
      code: 'confirmation_needed',
    });
    await calls.set('server.publicInterfaces', ['wlan0'], true);
    expect(get()['server.publicInterfaces']).toEqual(['wlan0']);
  });

  test('to which a name leads is confirmed by that name, for as long as the list has it', async () => {
    const { calls, hosts, get, leads } = setUp();
    leads.set('nas.lan', ['192.168.1.5']).set('studio.example', ['203.0.113.5']).set('0', ['0.0.0.0']);
    await calls.set('server.hosts', ['nas.lan'], false);
    expect([hosts(), get()['server.publicInterfaces']]).toEqual([['nas.lan'], []]);
    for (const [list, named] of [
      [['nas.lan', 'studio.example'], '203.0.113.5 (by the name studio.example)'],
      // The system takes this for every address.
      [['0'], '0.0.0.0 (by the name 0)'],
    ] as const) {
      await expect(calls.set('server.hosts', list, false)).rejects.toMatchObject({
        code: 'confirmation_needed',
        details: { consequence: expect.stringContaining(named) },
      });
    }
    expect(hosts()).toEqual(['nas.lan']);
    await calls.set('server.hosts', ['nas.lan', 'studio.example'], true);
    expect(get()['server.publicInterfaces']).toEqual(['studio.example']);
    await calls.set('server.hosts', ['nas.lan'], false);
    expect(get()['server.publicInterfaces']).toEqual([]);
  });

  test('to which a name begins to lead later takes a confirmation of its own', async () => {
    const { calls, hosts, get, leads } = setUp();
    leads.set('studio.example', ['192.168.1.5']);
    await calls.set('server.hosts', ['studio.example'], true);
    // Nothing was public then, so that nothing was confirmed.
    expect(get()['server.publicInterfaces']).toEqual([]);
    leads.set('studio.example', ['203.0.113.5']);
    await expect(calls.set('server.hosts', hosts(), false)).rejects.toMatchObject({ code: 'confirmation_needed' });
    await expect(calls.set('server.publicInterfaces', ['studio.example'], false)).rejects.toMatchObject({
      code: 'confirmation_needed',
    });
    await calls.set('server.publicInterfaces', ['studio.example'], true);
    expect(get()['server.publicInterfaces']).toEqual(['studio.example']);
  });

  test('is not let in by a list that cannot be listened on', async () => {
    const { calls, hosts, get, failing } = setUp();
    failing.move = new Error('taken');
    await expect(calls.set('server.hosts', ['if:eth0'], true)).rejects.toBe(failing.move);
    expect([hosts(), get()['server.publicInterfaces']]).toEqual([['127.0.0.1'], []]);
  });
});

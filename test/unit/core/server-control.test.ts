// The server after the computer slept: it listens anew where it was, or says that it has failed and why.

import { expect, test } from 'vitest';
import { createServerControl } from '../../../electron/core/server-control.ts';
import { systemClock } from '../../../electron/lib/clock.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { KeyhatchError } from '../../../shared/errors.ts';

function setUp(port: number) {
  const listened: number[] = [];
  const told: string[] = [];
  const failure: { next?: Error; names?: Error } = {};
  const wanted = { must: ['127.0.0.1'], may: [] as readonly string[] };
  const adjusted: (readonly string[])[] = [];
  const cannot = new Set<string>();
  let released = 0;
  const control = createServerControl({
    async listenOn(_hosts, asked) {
      if (failure.next) throw failure.next;
      listened.push(asked);
    },
    stopListening: async () => {
      released += 1;
    },
    urls: () => (listened.length > released ? ['http://127.0.0.1:40123'] : []),
    queued: () => 0,
    running: () => 0,
    async adjustTo(hosts) {
      adjusted.push(hosts);
      const failed = hosts.filter((host) => cannot.has(host));
      return failed.map(
        (host) => new KeyhatchError('address_unavailable', { details: { host, reason: 'it is taken' } }),
      );
    },
    async lookUpHosts() {
      if (failure.names) throw failure.names;
    },
    wanted: () => ({ ...wanted, port }),
    onChange: () => told.push(control.state().state),
    clock: systemClock,
    log: silentLog,
    drainMs: 10,
  });
  return { control, listened, told, failure, wanted, adjusted, cannot };
}

test('listens anew on the port it had, also when any port would have done', async () => {
  for (const port of [1235, 0]) {
    const { control, listened } = setUp(port);
    await control.start();
    await control.rebind();
    expect(listened).toEqual([port, port || 40123]);
    expect(control.state()).toMatchObject({ state: 'running', reason: null });
  }
});

test('has failed when the address is gone, says why, and can be started again', async () => {
  const { control, told, failure } = setUp(1235);
  await control.start();
  failure.next = new KeyhatchError('address_unavailable', { details: { host: '10.0.0.7', reason: 'gone' } });
  await expect(control.rebind()).rejects.toBe(failure.next);
  expect(control.state()).toMatchObject({ state: 'failed', startedAt: null, reason: failure.next.message });
  expect(told.at(-1)).toBe('failed');
  delete failure.next;
  await control.start();
  expect(control.state()).toMatchObject({ state: 'running', reason: null });
});

test('that is stopped stays so', async () => {
  const { control, listened } = setUp(1235);
  await control.rebind();
  expect(listened).toEqual([]);
});

test('addresses of interfaces that come and go are followed, and what was named as it is stays', async () => {
  const { control, listened, wanted, adjusted } = setUp(1235);
  wanted.may = ['192.168.1.5'];
  await control.start();
  wanted.may = ['192.168.7.9'];
  expect(await control.follow()).toBe(true);
  expect(listened).toEqual([1235]);
  expect(adjusted).toEqual([
    ['127.0.0.1', '192.168.1.5'],
    ['127.0.0.1', '192.168.7.9'],
  ]);
});

test('one that cannot be had leaves the server running, and is told', async () => {
  const { control, wanted, cannot, told } = setUp(1235);
  await control.start();
  wanted.may = ['192.168.1.5'];
  cannot.add('192.168.1.5');
  expect(await control.follow()).toBe(false);
  expect(control.state().state).toBe('running');
  expect(control.troubles()).toEqual([expect.stringContaining('192.168.1.5')]);
  const before = told.length;
  expect(await control.follow()).toBe(false);
  expect(told).toHaveLength(before);
  cannot.clear();
  expect(await control.follow()).toBe(true);
  expect(control.troubles()).toEqual([]);
});

test('nothing is followed while the server is stopped', async () => {
  const { control, adjusted } = setUp(1235);
  expect(await control.follow()).toBe(true);
  expect(adjusted).toEqual([]);
});

test('a name that leads nowhere is no place to listen on, and what listens stays', async () => {
  const { control, listened, failure } = setUp(1235);
  await control.start();
  failure.names = new KeyhatchError('address_unavailable', { details: { host: 'nas', reason: 'it leads nowhere' } });
  await expect(control.move()).rejects.toBe(failure.names);
  expect(control.state().state).toBe('running');
  expect(listened).toEqual([1235]);
});

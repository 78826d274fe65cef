// Whether anybody shows tray icons, asked of a real D-Bus daemon.

import { expect, test } from 'vitest';
import { isNameOnBus, socketPaths } from '../../../electron/desktop/session-bus.ts';
import { opening } from '../../fakes/opening.ts';
import { startSessionBus } from '../../fakes/session-bus-daemon.ts';

const uid = process.getuid?.() ?? 0;
const name = 'org.kde.StatusNotifierWatcher';

test.skipIf(process.platform !== 'linux')('a name is on the bus as long as somebody owns it', async () => {
  const bus = await opening(startSessionBus());
  const place = { env: { DBUS_SESSION_BUS_ADDRESS: bus.address }, uid };
  expect(await isNameOnBus(name, place)).toBe(false);
  const release = await bus.own(name);
  expect(await isNameOnBus(name, place)).toBe(true);
  await release();
  await expect.poll(() => isNameOnBus(name, place)).toBe(false);
});

test('without a bus there is no name, and no wait for one', async () => {
  expect(await isNameOnBus(name, { env: {}, uid })).toBe(false);
  const nowhere = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus;tcp:host=localhost,port=1' };
  expect(await isNameOnBus(name, { env: nowhere, uid })).toBe(false);
});

test('an address may name several sockets, escaped, abstract, or none', () => {
  expect(socketPaths({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/a%20b,guid=1;unix:guid=2,abstract=/tmp/x' })).toEqual([
    '/run/a b',
    '\0/tmp/x',
  ]);
  expect(socketPaths({ XDG_RUNTIME_DIR: '/run/user/1' })).toEqual(['/run/user/1/bus']);
  expect(socketPaths({})).toEqual([]);
});

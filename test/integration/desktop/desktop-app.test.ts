// The built desktop app on the stand-in for Electron (test/fakes/electron-host, which says what that does not prove), with a
// real gateway, a real Chromium page and a real session bus on which a panel shows tray icons.

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, describe as plainDescribe, test } from 'vitest';
import type { DesktopFacts, Status } from '../../../shared/model.ts';
import { type DesktopOptions, type DesktopProcess, startDesktop } from '../../fakes/desktop-process.ts';
import type { Seen, SeenItem } from '../../fakes/electron-host/host-config.ts';
import { chatAnswer, chatFrames, type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { freePort } from '../../fakes/free-port.ts';
import { makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';
import { startSessionBus, type TestBus } from '../../fakes/session-bus-daemon.ts';

// Where they are missing these tests count as skipped, which CI takes for a failure.
const describe = plainDescribe.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/chromium'));

const closings: (() => Promise<unknown>)[] = [];
let bus: TestBus;
let profile: Profile;
let upstream: FakeUpstream;
let key: string;
let url: string;

beforeEach(async () => {
  bus = await startSessionBus();
  closings.push(bus.close);
  upstream = await startFakeUpstream(chatAnswer);
  closings.push(upstream.close);
  profile = await makeProfile();
  closings.push(profile.remove);
  ({ key } = await profile.createKey());
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  await profile.json(['settings', 'set', 'server.port', String(port)]);
  await profile.json(['upstreams', 'add', upstream.url]);
});

afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function start(options: Partial<DesktopOptions> = {}, tray = true): Promise<DesktopProcess> {
  if (tray) closings.push(await bus.own('org.kde.StatusNotifierWatcher'));
  const desktop = startDesktop({ profile, ...options, env: { DBUS_SESSION_BUS_ADDRESS: bus.address, ...options.env } });
  closings.push(desktop.close);
  return desktop;
}

const running = ({ tray }: Seen) => tray?.tooltip.includes(`running on ${url}`) ?? false;
const isOpen = ({ windows }: Seen) => windows[0]?.visible === true && windows[0].url === 'app://keyhatch/';
const labels = (items: readonly SeenItem[]) => items.map(({ label }) => label);
const answers = () =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

/** Hands a port over and asks on it; what comes back is `window.heard`. */
const asking = (path: string, input?: unknown) => `(() => {
  const { port1, port2 } = new MessageChannel();
  window.heard = 'nothing';
  port1.onmessage = ({ data }) => (window.heard = data);
  window.postMessage('keyhatch:contract', location.origin, [port2]);
  port1.postMessage(${JSON.stringify(JSON.stringify({ i: '1', p: { u: path, b: { json: input } } }))});
  return true;
})()`;

/** A call of the contract as a page makes it. */
async function contractCall<Value>(desktop: DesktopProcess, path: string, input?: unknown): Promise<Value> {
  await desktop.inPage(asking(path, input));
  const answer = await desktop.inPage<string>(`window.heard !== 'nothing' && window.heard`);
  return (JSON.parse(answer) as { p: { b: { json: Value } } }).p.b.json;
}

/** A chat request whose answer is begun and ends when it is told to. */
async function openChat() {
  const held = Promise.withResolvers<void>();
  upstream.behave = async (arrival, res) => {
    if (arrival.method === 'GET') return chatAnswer(arrival, res, undefined as never);
    const [first = '', ...rest] = chatFrames();
    res.writeHead(200, { 'content-type': 'text/event-stream' }).write(first);
    await held.promise;
    for (const frame of rest) res.write(frame);
    res.end();
  };
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: 'm', stream: true, messages: [] }),
  });
  expect(response.status).toBe(200);
  return { finish: held.resolve, text: () => response.text() };
}

describe('the window', () => {
  test('shows our page, which reaches the house through the preload', async () => {
    const desktop = await start();
    await desktop.until((seen) => running(seen) && isOpen(seen));
    const status = await contractCall<Status>(desktop, '/status/get');
    expect(status).toMatchObject({ shell: 'desktop', dataDir: profile.dataDir, server: { urls: [url] } });
    expect(await contractCall<DesktopFacts>(desktop, '/desktop/get')).toMatchObject({
      tray: true,
      loginItem: true,
      commandLine: { installed: false },
      updates: { state: 'off' },
    });
  });

  test('can go nowhere, open nothing and is granted nothing but writing to the clipboard', async () => {
    const desktop = await start();
    await desktop.until(running);
    await desktop.inPage(`(location.href = 'https://elsewhere.test/')`);
    await desktop.inPage(`(window.open('https://evil.test/'), window.open('https://github.com/'), true)`);
    const seen = await desktop.until(({ opened }) => opened.length > 0);
    expect(seen.opened).toEqual(['https://github.com/']);
    expect(seen.windows).toEqual([{ visible: true, url: 'app://keyhatch/' }]);
    const may = (permission: string, from: string) => desktop.order({ do: 'may', permission, url: from });
    expect(await may('clipboard-sanitized-write', 'app://keyhatch/')).toBe(true);
    expect(await may('clipboard-sanitized-write', 'https://elsewhere.test/')).toBe(false);
    expect(await may('clipboard-read', 'app://keyhatch/')).toBe(false);
    expect(await may('media', 'app://keyhatch/')).toBe(false);
  });

  test('gets no answer once it shows a page that is not ours', async () => {
    const desktop = await start();
    await desktop.until(running);
    await desktop.order({ do: 'visit', url: 'https://elsewhere.test/' });
    await desktop.inPage(asking('/status/get'));
    await expect.poll(desktop.output).toContain('a page that is not ours asked for the contract and was refused');
    expect(await desktop.inPage(`location.href + ' heard ' + window.heard`)).toBe(
      'https://elsewhere.test/ heard nothing',
    );
  });

  test('loads its page anew when that dies, but not for ever; the server goes on', async () => {
    const desktop = await start();
    await desktop.until(running);
    for (let times = 1; times <= 3; times++) {
      await desktop.inPage(`(window.before = true)`);
      await desktop.order({ do: 'crash page' });
      await desktop.inPage(`!window.before && document.readyState === 'complete'`);
    }
    await desktop.order({ do: 'crash page' });
    const seen = await desktop.until(({ dialogs }) => dialogs.length > 0);
    expect(seen.windows).toEqual([]);
    expect(seen.dialogs[0]?.message).toBe('The window keeps failing');
    expect(await answers()).toBe(true);
  });

  test('closes and leaves the server running, says so once, and comes back with the second launch', async () => {
    const desktop = await start();
    await desktop.until(running);
    for (const times of [1, 2]) {
      await desktop.order({ do: 'close window' });
      const seen = await desktop.until(({ windows }) => windows.length === 0);
      expect(seen.notices, `closed ${times} times`).toEqual(['Keyhatch is still running']);
      const second = await start({}, false);
      expect(await second.exited).toBe(0);
      await desktop.until(({ windows }) => windows[0]?.visible === true);
    }
    expect(await answers()).toBe(true);
  });

  test('stays away at a start that was told to hide, and opens where the tray leads', async () => {
    const desktop = await start({ args: ['--hidden'] });
    expect((await desktop.until(running)).windows).toEqual([]);
    await desktop.order({ do: 'choose', label: 'Settings…' });
    await desktop.until(({ windows }) => windows[0]?.url === 'app://keyhatch/#/settings');
    await desktop.inPage('(window.sameDocument = true)');
    await desktop.order({ do: 'choose', label: 'New key…' });
    await desktop.until(({ windows }) => windows[0]?.url === 'app://keyhatch/#/keys/new');
    expect(await desktop.inPage('window.sameDocument')).toBe(true);
  });

  test('asks before it closes where no tray would be left', async () => {
    const desktop = await start({}, false);
    await desktop.until(({ windows }) => windows[0]?.url === 'app://keyhatch/');
    await expect.poll(answers).toBe(true);
    expect((await desktop.look()).tray).toBeNull();
    const close = async (button: string) => {
      await desktop.order({ do: 'close window' });
      await desktop.until(({ dialogs }) => dialogs.length === 1);
      await desktop.order({ do: 'answer', button });
    };
    await close('Cancel');
    expect((await desktop.look()).windows).toHaveLength(1);
    await close('Keep running');
    await desktop.until(({ windows }) => windows.length === 0);
    expect(await answers()).toBe(true);
    expect(await (await start({}, false)).exited).toBe(0);
    await desktop.until(({ windows }) => windows[0]?.visible === true);
    await close('Quit');
    expect(await desktop.exited).toBe(0);
  });
});

describe('the tray', () => {
  test('stops and starts the server from its menu, on Linux as its first entry', async () => {
    const desktop = await start();
    await desktop.until(running);
    expect(await answers()).toBe(true);
    await desktop.order({ do: 'choose', label: 'Stop server' });
    const stopped = await desktop.until(({ tray }) => tray?.menu[0]?.label === 'Start server');
    expect(stopped.tray).toMatchObject({ icon: 'stopped-dark' });
    expect(await answers()).toBe(false);
    await desktop.order({ do: 'choose', label: 'Start server' });
    expect((await desktop.until(running)).tray?.icon).toBe('running-dark');
    expect(await answers()).toBe(true);
  });

  test('copies the address, and asks twice before anybody on the network may come in without a key', async () => {
    const desktop = await start();
    await desktop.until(running);
    await desktop.order({ do: 'choose', label: url });
    await desktop.until(({ clipboard }) => clipboard === url);
    await desktop.order({ do: 'choose', label: 'Serve on local network' });
    await desktop.until(({ tray }) => tray?.icon === 'lan-dark');
    const isTicked = ({ tray }: Seen) => tray?.menu.find(({ label }) => label === 'Require API key')?.checked === true;
    for (const button of ['Cancel', 'Turn keys off']) {
      await desktop.order({ do: 'choose', label: 'Require API key' });
      const asked = await desktop.until(({ dialogs }) => dialogs.length > 0);
      expect(asked.dialogs).toEqual([
        { message: 'Let everyone in without a key?', buttons: ['Turn keys off', 'Cancel'] },
      ]);
      expect(isTicked(asked)).toBe(true);
      await desktop.order({ do: 'answer', button });
    }
    await desktop.until((seen) => !isTicked(seen));
  });

  test('on macOS stops and starts at a click, and takes a second click at once for the same', async () => {
    const desktop = await start({ platform: 'darwin' });
    await desktop.until(running);
    await Promise.all([desktop.order({ do: 'click tray' }), desktop.order({ do: 'click tray' })]);
    const stopped = await desktop.until(({ tray }) => tray?.tooltip.includes('stopped') ?? false);
    expect(stopped.tray).toMatchObject({ icon: 'stoppedTemplate', menu: [] });
    expect(await answers()).toBe(false);
    await expect
      .poll(
        async () => {
          await desktop.order({ do: 'click tray' });
          return running(await desktop.look());
        },
        { timeout: 15_000, interval: 600 },
      )
      .toBe(true);
    await desktop.order({ do: 'right-click tray' });
    expect(labels((await desktop.look()).popped ?? [])).toContain('Stop server');
  });

  test('on macOS a click stops nothing that runs: it opens the menu there', async () => {
    const desktop = await start({ platform: 'darwin' });
    await desktop.until(running);
    const chat = await openChat();
    await desktop.order({ do: 'click tray' });
    expect(labels((await desktop.look()).popped ?? [])[0]).toBe('Stop (1 running)');
    expect((await desktop.until(({ blockers }) => blockers === 1)).blockers).toBe(1);
    chat.finish();
    expect(await chat.text()).toContain('[DONE]');
    await desktop.until(({ blockers }) => blockers === 0);
  });
});

describe('the end', () => {
  test('waits for a running stream, lets go of a copied key, and leaves the profile free', async () => {
    const desktop = await start();
    await desktop.until(running);
    const secret = 'kh_secret_on_the_clipboard';
    expect(await contractCall(desktop, '/desktop/copySecret', { text: secret })).toEqual({ clearsAfterMs: 60_000 });
    expect((await desktop.look()).clipboard).toBe(secret);
    const chat = await openChat();
    await desktop.until(({ tray }) => tray?.menu[0]?.label === 'Stop (1 running)');
    await desktop.order({ do: 'choose', label: 'Quit' });
    const asked = await desktop.until(({ dialogs }) => dialogs.length > 0);
    expect(asked.dialogs).toEqual([{ message: 'Waiting for 1 request…', buttons: ['Quit now', 'Keep waiting'] }]);
    await desktop.until(({ clipboard }) => clipboard === '');
    chat.finish();
    expect(await chat.text()).toContain('[DONE]');
    expect(await desktop.exited).toBe(0);
    expect(await profile.json(['keys', 'list'])).toHaveLength(1);
  });

  test('comes at once when it is told to, or asked for twice', async () => {
    const desktop = await start();
    await desktop.until(running);
    const chat = await openChat();
    const cut = expect(chat.text()).rejects.toThrow();
    await desktop.until(({ tray }) => tray?.menu[0]?.label === 'Stop (1 running)');
    desktop.signal('SIGTERM');
    await desktop.until(({ dialogs }) => dialogs.length > 0);
    await desktop.order({ do: 'answer', button: 'Quit now' }).catch(() => {});
    expect(await desktop.exited).toBe(0);
    await cut;
  });

  test('by kill -9 loses neither key nor profile', async () => {
    const desktop = await start();
    await desktop.until(running);
    desktop.signal('SIGKILL');
    await desktop.exited;
    const next = await start({}, false);
    await next.until(running);
    const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(200);
  });
});

describe('the machine', () => {
  test('tells of a key that is refused again and again, once', async () => {
    const desktop = await start();
    await desktop.until(running);
    await profile.json(['keys', 'pause', 'key 1']);
    const refuse = async () => {
      const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      expect(response.status).toBe(403);
      await response.text();
    };
    for (let times = 0; times < 25; times++) await refuse();
    expect((await desktop.until(({ notices }) => notices.length > 0)).notices).toEqual(['“key 1” is being refused']);
  });

  test('that wakes up finds the server on the port where it was', async () => {
    const desktop = await start();
    await desktop.until(running);
    const chat = await openChat();
    await desktop.order({ do: 'wake' });
    await expect.poll(() => desktop.output().match(/the gateway listens/g)?.length).toBe(2);
    expect(await answers()).toBe(true);
    chat.finish();
    expect(await chat.text()).toContain('[DONE]');
  });

  test('starts the app at login as long as the setting says so', async () => {
    const desktop = await start({ env: { XDG_CONFIG_HOME: join(profile.dataDir, 'config') } });
    await desktop.until(running);
    const file = join(profile.dataDir, 'config/autostart/keyhatch.desktop');
    const text = () => readFile(file, 'utf8').catch(() => '');
    await profile.json(['settings', 'set', 'desktop.openAtLogin', 'true']);
    await expect.poll(text).toMatch(/^Exec=.* --hidden$/m);
    await profile.json(['settings', 'set', 'desktop.openAtLogin', 'false']);
    await expect.poll(text).toBe('');
  });

  test('is given the command keyhatch, which runs the app’s own command line without a window', async () => {
    const desktop = await start({ args: ['--hidden'] });
    await desktop.until(running);
    await desktop.order({ do: 'choose', label: 'Open Keyhatch' });
    await desktop.until(({ windows }) => windows[0]?.url === 'app://keyhatch/');
    const facts = await contractCall<DesktopFacts>(desktop, '/desktop/installCommandLine');
    expect(facts.commandLine).toEqual({ installed: true, path: join(profile.dataDir, '.local/bin/keyhatch') });
    const words = ['--cli', '--', 'status', '--json', '--data-dir', profile.dataDir];
    const command = await start({ args: words }, false);
    expect(await command.exited).toBe(0);
    expect(JSON.parse(command.output())).toMatchObject({ shell: 'desktop', server: { urls: [url] } });
  });
});

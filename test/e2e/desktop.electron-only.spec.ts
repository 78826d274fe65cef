// What only the real Electron can show: its window, its process, and that everything the house is built on runs inside it.
// Where its runtime is missing the suite is reported as not run; the stand-in (test/fakes/electron-host) is no proof of this.

import { randomBytes } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { zstdCompressSync } from 'node:zlib';
import type { UsageReport } from '../../shared/usage-model.ts';
import { expect, type Subject, test } from './fixture.ts';

function electronOf(subject: Subject) {
  if (!subject.desktop) throw new Error('this spec is for the desktop app');
  return subject.desktop.electron;
}

test('the window is confined: neither Node nor Electron can be reached from its page', async ({ app }) => {
  const found = await app.evaluate(() =>
    ['process', 'require', 'module', 'electron', 'Buffer'].filter((name) => name in globalThis),
  );
  expect(found).toEqual([]);
});

test('closing the window keeps the server, and a second launch shows the window again', async ({ app, subject }) => {
  const electron = electronOf(subject);
  await app.close();
  expect((await subject.get(null, '/health')).status).toBe(200);
  await electron.evaluate(({ app: running }) => void running.emit('second-instance', {}, [], '', undefined));
  const again = await electron.waitForEvent('window');
  await expect(again.getByRole('navigation', { name: 'Pages' })).toBeVisible();
});

test('a stream is relayed, and quitting waits for its end', async ({ subject }) => {
  const { key } = await subject.createKey('--name', 'stream');
  const answer = await subject.chat(key, { stream: true });
  const electron = electronOf(subject);
  const closed = electron.waitForEvent('close');
  await electron.evaluate(({ app: running }) => running.quit());
  expect(await answer.text()).toContain('[DONE]');
  await closed;
});

test('compressed bodies, sealed keys and the database work inside Electron', async ({ subject }) => {
  // The key was made by Node with scrypt and AES-GCM; Electron’s own crypto has to open the same file.
  const { key } = await subject.createKey('--name', 'zstd');
  const body = zstdCompressSync(JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'packed' }] }));
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'content-encoding': 'zstd' };
  const answer = await fetch(`${subject.url}/v1/chat/completions`, {
    method: 'POST',
    headers,
    body: new Uint8Array(body),
  });
  expect(answer.status).toBe(200);
  const { lines } = await subject.json<UsageReport>(['usage', '--by', 'key']);
  expect(lines.map(({ label }) => label)).toContain('zstd');
});

test('the keychain of the system keeps a secret through keytar', async ({ subject }) => {
  const secret = randomBytes(16).toString('hex');
  const kept = await electronOf(subject).evaluate(async (_electron, text) => {
    const { createRequire } = process.getBuiltinModule('node:module');
    const keytar = createRequire(`${process.cwd()}/package.json`)('keytar') as {
      setPassword: (service: string, account: string, value: string) => Promise<void>;
      getPassword: (service: string, account: string) => Promise<string | null>;
      deletePassword: (service: string, account: string) => Promise<boolean>;
    };
    await keytar.setPassword('Keyhatch test', 'electron', text);
    const read = await keytar.getPassword('Keyhatch test', 'electron');
    await keytar.deletePassword('Keyhatch test', 'electron');
    return read;
  }, secret);
  expect(kept).toBe(secret);
});

// A menu runs a loop of its own in the process that also carries the gateway. How long requests take then is noted and not
// asserted: only that they are answered while it stands open.
test('requests are answered while a menu is open', async ({ subject }, testInfo) => {
  const electron = electronOf(subject);
  const { key } = await subject.createKey('--name', 'menu');
  const p99Ms = async () => {
    const tookMs: number[] = [];
    for (let count = 0; count < 200; count++) {
      const began = performance.now();
      const answer = await subject.get(key, '/v1/models');
      await answer.text();
      expect(answer.status).toBe(200);
      tookMs.push(performance.now() - began);
    }
    return tookMs.sort((a, b) => a - b)[197] ?? Number.NaN;
  };
  const closedMs = await p99Ms();
  await electron.evaluate(({ Menu, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const menu = Menu.buildFromTemplate([{ label: 'One' }, { label: 'Two' }]);
    Object.assign(globalThis, { openMenu: menu });
    setImmediate(() => menu.popup(window ? { window } : {}));
  });
  const openMs = await p99Ms();
  await electron.evaluate(() => (globalThis as unknown as { openMenu: Electron.Menu }).openMenu.closePopup());
  testInfo.annotations.push({
    type: 'gateway p99',
    description: `${closedMs.toFixed(1)} ms without a menu, ${openMs.toFixed(1)} ms with one open`,
  });
});

test('certificates are made and shown inside Electron, whose TLS is another library than Node’s', async ({
  subject,
}) => {
  await subject.json(['settings', 'set', 'tls.mode', 'both']);
  const { pem } = await subject.json<{ readonly pem: string }>(['tls', 'ca']);
  const { key } = await subject.createKey('--name', 'encrypted');
  const get = (ca: string) =>
    new Promise<string>((resolve, reject) => {
      const { port } = new URL(subject.url);
      const headers = { authorization: `Bearer ${key}` };
      httpsRequest({ host: '127.0.0.1', port, path: '/v1/models', ca, headers }, async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        resolve(text);
      })
        .once('error', reject)
        .end();
    });
  await expect.poll(() => get(pem).catch(String)).toContain('"object":"list"');
  // Renewed while it runs, and by another authority nobody is let in who trusts the first one.
  await subject.json(['tls', 'renew']);
  expect(await get(pem)).toContain('"object":"list"');
  await subject.json(['tls', 'new-authority', '--yes']);
  await expect(get(pem)).rejects.toThrow();
});

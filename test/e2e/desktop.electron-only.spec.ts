// What only the real Electron can show: its window, its process, and that everything the house is built on runs inside it.
// Where its runtime is missing the suite is reported as not run; the stand-in (test/fakes/electron-host) is no proof of this.

import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
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
  const { rows } = await subject
    .json<{ readonly rows: readonly unknown[] }>(['usage', '--by', 'key'])
    .then((report) => ({ rows: (report as { readonly lines?: readonly unknown[] }).lines ?? [] }));
  expect(rows.length).toBeGreaterThan(0);
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

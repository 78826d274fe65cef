// Settings on a running instance: the address moves under running streams, the LAN switches keys on, and a file that is
// damaged or from the future is refused and left as it is, while one bad value falls back alone.

import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Finding, SettingView, Status } from '../../../shared/model.ts';
import { framesOf } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { freePort } from '../../fakes/free-port.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import { makeProfile, type Profile } from '../../fakes/keyhatch-process.ts';

let profile: Profile;
let upstream: FakeUpstream;

beforeEach(async () => {
  profile = await makeProfile();
  upstream = await startFakeUpstream();
});
afterEach(async () => {
  await profile.remove();
  await upstream.close();
});

const settingsFile = () => join(profile.dataDir, 'settings.json');

function writeSettings(settings: object): Promise<void> {
  return writeFile(
    settingsFile(),
    `${JSON.stringify({ version: 10, 'server.port': 0, ...settings }, undefined, '\t')}\n`,
  );
}

/** Starts with the port that the settings name. */
const start = (...args: readonly string[]) =>
  profile.start({ port: undefined, args: ['--upstream', upstream.url, ...args] });

describe('the port is changed while streams run', () => {
  /** Streams that go on when they are let go. */
  async function startStreams(url: string, key: string, count: number) {
    const held = holdStreams();
    upstream.behave = held.behave;
    const responses = await Promise.all(
      Array.from({ length: count }, () =>
        fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], stream: true }),
        }),
      ),
    );
    return { texts: Promise.all(responses.map((response) => response.text())), letGo: held.letGo };
  }

  test('every byte of fifty arrives, the new port answers, the old one no more', async () => {
    await writeSettings({});
    const keyhatch = await start();
    const { key } = await keyhatch.createKey('--rpm', 'none');
    const streams = await startStreams(keyhatch.url, key, 50);
    const port = await freePort();
    await keyhatch.json(['settings', 'set', 'server.port', String(port)]);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await expect(fetch(`${keyhatch.url}/health`)).rejects.toThrow();
    expect((await keyhatch.json<Status>(['status'])).server).toMatchObject({
      state: 'running',
      urls: [`http://127.0.0.1:${port}`],
      running: 50,
    });
    streams.letGo();
    expect(new Set(await streams.texts)).toEqual(new Set([framesOf('openai').join('')]));
    // It is kept.
    await keyhatch.stop();
    expect((await start()).port).toBe(port);
  });

  test('and one that is taken leaves everything as it was, and says why', async () => {
    await writeSettings({});
    const keyhatch = await start();
    const { key } = await keyhatch.createKey();
    const streams = await startStreams(keyhatch.url, key, 1);
    const holder = createServer((_req, res) => res.end('mine'));
    onTestFinished(() => new Promise((resolve) => holder.close(() => resolve())));
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as AddressInfo;
    const { code, stderr } = await keyhatch.cli(['settings', 'set', 'server.port', String(port)]);
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken`));
    expect((await keyhatch.get(key, '/v1/models')).status).toBe(200);
    expect(await keyhatch.json(['settings', 'get', 'server.port'])).toMatchObject({ value: 0 });
    expect((await keyhatch.json<Status>(['status'])).server).toMatchObject({
      state: 'running',
      urls: [keyhatch.saidUrl],
    });
    streams.letGo();
    expect(await streams.texts).toEqual([framesOf('openai').join('')]);
  });

  test('a port of the command line holds for this run and says so', async () => {
    const keyhatch = await profile.start({ args: ['--upstream', upstream.url] });
    const refused = await keyhatch.cli(['settings', 'set', 'server.port', '1235']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('set on the command line') });
    const listed = await keyhatch.json<SettingView[]>(['settings', 'list']);
    expect(listed.find(({ name }) => name === 'server.port')).toMatchObject({ value: 0, setByFlag: true });
  });
});

describe('the host is changed', () => {
  test('to the other loopback addresses and back, live', async () => {
    await writeSettings({});
    const keyhatch = await start();
    const { key } = await keyhatch.createKey();
    await keyhatch.json(['settings', 'set', 'server.hosts', '127.0.0.1,127.0.0.2']);
    const { server } = await keyhatch.json<Status>(['status']);
    expect(server.urls).toHaveLength(2);
    for (const url of server.urls) {
      const response = await fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });
      expect(response.status).toBe(200);
    }
    const refused = await keyhatch.cli(['settings', 'set', 'server.hosts', '192.0.2.1']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('192.0.2.1') });
    expect((await keyhatch.json<Status>(['status'])).server.urls).toHaveLength(2);
  });
});

describe('the LAN', () => {
  test('switches keys on, before the door opens', async () => {
    await writeSettings({ 'access.requireKey': false });
    const keyhatch = await start();
    expect((await keyhatch.chat(null)).status).toBe(200);
    // Where this machine has a public address, that has to be confirmed.
    await keyhatch.json(['settings', 'set', 'server.hosts', '0.0.0.0', '--confirm']);
    const { access, server } = await keyhatch.json<Status>(['status']);
    expect(access).toMatchObject({ requireKey: true, onLan: true });
    const response = await fetch(`${server.urls[0]}/v1/models`);
    expect(response.headers.get('x-keyhatch-error')).toBe('key_missing');
  });

  test('and keys off need to be said twice there', async () => {
    await writeSettings({ 'server.hosts': ['0.0.0.0'] });
    const refused = await profile.cli(['settings', 'set', 'access.requireKey', 'false']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('--confirm') });
    expect(refused.stderr).toMatch(/Anyone on your network could then use your models without a key/);
    expect(await profile.json(['settings', 'get', 'access.requireKey'])).toMatchObject({ value: true });
    await profile.json(['settings', 'set', 'access.requireKey', 'false', '--confirm']);
    const { access, warnings } = await profile.json<Status>(['status']);
    expect(access).toMatchObject({ requireKey: false, onLan: true });
    expect(warnings.join()).toMatch(/Keys are off while other machines can reach this server/);
  });

  test('given by a flag switches keys on for this run', async () => {
    await writeSettings({ 'access.requireKey': false });
    const keyhatch = await start('--host', '0.0.0.0');
    expect((await keyhatch.chat(null)).status).toBe(401);
  });

  test('without keys needs nothing said on this computer alone', async () => {
    const keyhatch = await profile.start({ args: ['--upstream', upstream.url] });
    await keyhatch.json(['settings', 'set', 'access.requireKey', 'false']);
    expect((await keyhatch.chat(null)).status).toBe(200);
    await keyhatch.json(['settings', 'set', 'access.requireKey', 'true']);
    expect((await keyhatch.chat(null)).status).toBe(401);
  });
});

describe('a settings file', () => {
  const bytesOf = async (file: string) =>
    createHash('sha256')
      .update(await readFile(file))
      .digest('hex');

  async function expectRefused(file: string, says: RegExp): Promise<void> {
    const before = await bytesOf(file);
    for (const call of [
      ['serve', '--port', '0', '--upstream', upstream.url, '--log-format', 'json'],
      ['keys', 'list'],
    ]) {
      const { code, stdout, stderr } = await profile.cli(call);
      expect(code).toBe(1);
      expect(stdout).toBe('');
      expect(stderr).toMatch(says);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(stderr).toContain(file);
    }
    expect(await bytesOf(file)).toBe(before);
  }

  test('with one bad value falls back for that one alone, and the owner is told', async () => {
    await writeSettings({ 'keys.defaultRpm': 'many', 'server.allowedHosts': ['nas.lan'], 'no.such': 1 });
    const keyhatch = await start();
    const { warnings } = await keyhatch.json<Status>(['status']);
    expect(warnings.join()).toContain('keys.defaultRpm');
    expect(warnings).toHaveLength(1);
    expect(keyhatch.stderr()).toContain('keys.defaultRpm');
    const { stdout } = await keyhatch.cli(['doctor', '--json']);
    expect(JSON.parse(stdout) as Finding[]).toContainEqual(
      expect.objectContaining({ check: 'settings', result: 'bad' }),
    );
    const get = (name: string) => keyhatch.json<SettingView>(['settings', 'get', name]);
    expect(await get('keys.defaultRpm')).toMatchObject({ value: 60 });
    expect(await get('server.allowedHosts')).toMatchObject({ value: ['nas.lan'] });
    // Looking changed nothing; setting it anew mends it, and keeps what a newer program may have written.
    expect(await readFile(settingsFile(), 'utf8')).toContain('"many"');
    await keyhatch.json(['settings', 'set', 'keys.defaultRpm', '30']);
    expect((await keyhatch.json<Status>(['status'])).warnings).toEqual([]);
    expect(JSON.parse(await readFile(settingsFile(), 'utf8'))).toMatchObject({ 'keys.defaultRpm': 30, 'no.such': 1 });
  });

  test('from the future stops the start, and is not touched', async () => {
    await writeFile(settingsFile(), JSON.stringify({ version: 9990, 'server.port': 0, 'a.new.one': true }));
    await expectRefused(settingsFile(), /was written by a newer Keyhatch \(version 9990/);
  });

  test('that is not JSON stops the start, and is not touched', async () => {
    await writeFile(settingsFile(), '{ "server.port": 12');
    await expectRefused(settingsFile(), /cannot be read: it is not JSON/);
  });

  test('with a database from the future beside it stops the start, and neither is touched', async () => {
    await writeSettings({});
    await profile.createKey();
    const file = join(profile.dataDir, 'keyhatch.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 9990');
    db.close();
    await expectRefused(file, /was written by a newer Keyhatch \(version 9990/);
  });
});

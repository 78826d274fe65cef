// How `keyhatch serve` begins and ends: its first line, its exit codes, one sentence when it cannot start, and what becomes
// of requests that run when it is told to stop.

import { once } from 'node:events';
import { lstat, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { controlAddress, thisPlatform } from '../../../electron/control/control-address.ts';
import type { Status } from '../../../shared/model.ts';
import { framesOf } from '../../fakes/dialect-answers.ts';
import { type FakeUpstream, startFakeUpstream } from '../../fakes/fake-upstream.ts';
import { isRefused } from '../../fakes/free-port.ts';
import { holdStreams } from '../../fakes/held-stream.ts';
import {
  type KeyhatchProcess,
  makeProfile,
  type Profile,
  runKeyhatch,
  type StartOptions,
  startKeyhatch,
} from '../../fakes/keyhatch-process.ts';
import { opening } from '../../fakes/opening.ts';

const start = (options?: StartOptions) => opening(startKeyhatch(options));

async function profile(): Promise<Profile> {
  const made = await makeProfile();
  onTestFinished(made.remove);
  return made;
}

/** What there is to say, and no stack and no second line after it. */
const oneLine = /^\S[^\n]+\n$/;

describe('the first line', () => {
  test('of stdout with --log-format json is the ready event, and the log goes to stderr', async () => {
    const keyhatch = await start({ args: ['--echo'] });
    const [first, ...rest] = keyhatch.stdout().split('\n');
    expect(JSON.parse(first ?? '')).toEqual({
      event: 'ready',
      gateway: keyhatch.saidUrl,
      gatewayForOthers: [],
      dashboard: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
      pid: keyhatch.pid,
    });
    expect(rest).toEqual(['']);
    expect((await fetch(`${keyhatch.url}/health`)).status).toBe(200);
    const lines = keyhatch.stderr().trimEnd().split('\n');
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ level: expect.any(String) });
  });

  test('names a port that was free, and each start on port 0 another one', async () => {
    const [one, other] = await Promise.all([start({ args: ['--echo'] }), start({ args: ['--echo'] })]);
    expect(one.port).toBeGreaterThan(0);
    expect(other.port).not.toBe(one.port);
  });

  test('for people says where it is and how to make the first key', async () => {
    const keyhatch = await start({ args: ['--echo'], logFormat: 'pretty' });
    expect(keyhatch.stdout()).toMatch(/Gateway +http:\/\/127\.0\.0\.1:\d+/);
    expect(keyhatch.stdout()).toContain('keyhatch keys create --name');
    expect(keyhatch.stdout()).toMatch(/echo model/);
  });

  test('comes with a port that the command line was given', async () => {
    const first = await start({ args: ['--echo'] });
    const { port } = first;
    await first.stop();
    const keyhatch = await start({ args: ['--echo'], port });
    expect(keyhatch.port).toBe(port);
    const { server } = await keyhatch.json<Status>(['status']);
    expect(server.urls).toEqual([`http://127.0.0.1:${port}`]);
  });
});

test('a data folder with a long and unusual path is as good as any, and is made for its owner alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'keyhatch-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Longer than the path of a socket may be.
  const made = await makeProfile(join(folder, 'Schlüssel & Tür', 'x'.repeat(120), 'profile'));
  onTestFinished(made.remove);
  const socketFolder = dirname(controlAddress(made.dataDir, thisPlatform()));
  onTestFinished(() => rm(socketFolder, { recursive: true, force: true }));
  const keyhatch = await made.start({ args: ['--echo'] });
  const { key } = await keyhatch.createKey();
  expect((await keyhatch.chat(key, { model: 'echo' })).status).toBe(200);
  expect(socketFolder.startsWith(made.dataDir)).toBe(false);
  if (process.platform === 'win32') return;
  const entries = await readdir(made.dataDir, { recursive: true, withFileTypes: true });
  const paths = [made.dataDir, ...entries.map((entry) => join(entry.parentPath, entry.name))];
  const modes = await Promise.all(paths.map(async (path) => [path, (await lstat(path)).mode & 0o077] as const));
  expect(modes.filter(([, others]) => others !== 0)).toEqual([]);
});

describe('wrong usage ends with 2 and says how it is called', () => {
  const calls: readonly (readonly string[])[] = [
    ['serve', '--bogus'],
    ['serve', '--port', 'abc'],
    ['serve', '--port', '70000'],
    ['serve', '--port'],
    ['serve', 'extra'],
    ['serve', '--vault', 'drawer'],
    ['serve', '--require-key', 'maybe'],
    ['serve', '--log-format', 'xml'],
    ['serve', '--api-key', 'one-value-0123456789', '--api-key-file', '-'],
    ['serve', '--port', '0', '--port', '1'],
    ['srve'],
    ['keys'],
    ['keys', 'frobnicate'],
    ['keys', 'create'],
    ['keys', 'show'],
    ['keys', 'create', '--name', 'a', '--expires', 'soon'],
    ['settings', 'set', 'server.port'],
    ['usage', '--by', 'moon'],
    [],
  ];
  for (const call of calls) {
    test(`keyhatch ${call.join(' ')}`, async () => {
      const { dataDir } = await profile();
      const { code, stdout, stderr } = await runKeyhatch(call, { env: { KEYHATCH_DATA_DIR: dataDir } });
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toMatch(/See: keyhatch help( [a-z-]+)*\n$/);
    });
  }
});

describe('a start that cannot be ends with 1 and one sentence', () => {
  let holder: Server | undefined;
  afterEach(() => void holder?.close());

  test('port taken: who has it, and which one is free', async () => {
    holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const { cli } = await profile();
    const { code, stdout, stderr } = await cli(['serve', '--echo', '--port', String(port), '--vault', 'memory']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    const lines = stderr.trimEnd().split('\n');
    const free = Number(/; (\d+) is free\.$/.exec(lines.at(-1) ?? '')?.[1]);
    expect(lines.at(-1)).toMatch(
      new RegExp(`^Port ${port} on 127\\.0\\.0\\.1 is taken by node \\(process ${process.pid}\\)`),
    );
    expect(free).toBeGreaterThan(port);
    // It is told the truth: there it can start.
    const second = await start({ args: ['--echo'], port: free });
    expect(second.port).toBe(free);
  });

  test('profile in use: by whom, and that one goes on', async () => {
    const first = await start({ args: ['--echo'] });
    const { code, stdout, stderr } = await first.cli(['serve', '--echo', '--port', '0', '--log-format', 'json']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain(`serve (process ${first.pid}`);
    expect((await fetch(`${first.url}/health`)).status).toBe(200);
  });

  test('two at the same moment: one of them gets the profile, the other one says so', async () => {
    const { cli, start: startOn } = await profile();
    const args = ['serve', '--echo', '--port', '0', '--vault', 'file', '--log-format', 'json'];
    const tries = [startOn({ args: ['--echo'] }), startOn({ args: ['--echo'] })];
    const settled = await Promise.allSettled(tries);
    const [winner] = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [loser] = settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
    expect(loser).toMatch(/ended with 1: This profile .* is in use by/);
    expect((await fetch(`${winner?.url}/health`)).status).toBe(200);
    expect((await cli(args)).stderr).toContain(`process ${winner?.pid}`);
  });

  test('an address that is not of this machine', async () => {
    const { cli } = await profile();
    const call = ['serve', '--echo', '--host', '192.0.2.1', '--port', '0', '--vault', 'memory', '--log-format', 'json'];
    const { code, stderr } = await cli(call);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/cannot listen on 192\.0\.2\.1/);
  });

  test('a data folder that is a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'keyhatch-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    const { code, stdout, stderr } = await runKeyhatch(['serve', '--data-dir', file, '--port', '0', '--echo']);
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(oneLine);
    expect(stderr).toContain(file);
  });

  test('an upstream that is no address', async () => {
    const { cli } = await profile();
    const { code, stderr } = await cli([
      'serve',
      '--upstream',
      'ftp://127.0.0.1:1',
      '--port',
      '0',
      '--vault',
      'memory',
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(oneLine);
  });

  test('a key that cannot be one', async () => {
    const { cli } = await profile();
    const call = ['serve', '--echo', '--port', '0', '--vault', 'memory', '--api-key-file', '-', '--log-format', 'json'];
    const { code, stderr } = await cli(call, { stdin: 'short\n' });
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/This value cannot be a key: it has fewer than 16 characters/);
    expect(stderr).not.toContain('short');
  });

  test('a key file that is not there', async () => {
    const { cli, dataDir } = await profile();
    const call = ['serve', '--echo', '--port', '0', '--vault', 'memory', '--api-key-file', join(dataDir, 'none')];
    const { code, stderr } = await cli(call);
    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/no such file|does not exist/);
  });
});

describe('told to stop', () => {
  /** A stream that stands still until it is let go. */
  async function startStream(): Promise<{
    readonly keyhatch: KeyhatchProcess;
    readonly upstream: FakeUpstream;
    readonly rest: Promise<string>;
    readonly letGo: () => void;
  }> {
    const { behave, letGo } = holdStreams();
    const upstream = await opening(startFakeUpstream(behave));
    const keyhatch = await start({ args: ['--upstream', upstream.url] });
    const { key } = await keyhatch.createKey();
    const response = await keyhatch.chat(key, { stream: true });
    expect(response.status).toBe(200);
    const rest = response.text();
    rest.catch(() => {});
    return { keyhatch, upstream, rest, letGo };
  }

  async function tellAgain(keyhatch: KeyhatchProcess, signal: NodeJS.Signals): Promise<number | null> {
    const timer = setInterval(() => keyhatch.signal(signal), 100);
    return keyhatch.exited.finally(() => clearInterval(timer));
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    test(`with nothing running it ends with 0 (${signal})`, async () => {
      const keyhatch = await start({ args: ['--echo'] });
      expect(await keyhatch.stop(signal)).toBe(0);
      expect(await isRefused(keyhatch.url)).toBe(true);
    });
  }

  test('it takes no new connections, lets a running stream come to its end, and ends with 0', async () => {
    const { keyhatch, rest, letGo } = await startStream();
    const ended = keyhatch.stop('SIGTERM');
    await expect.poll(() => isRefused(keyhatch.url)).toBe(true);
    letGo();
    expect(await rest).toBe(framesOf('openai').join(''));
    expect(await ended).toBe(0);
    expect(keyhatch.stderr()).toContain('waiting for running requests');
  });

  test('a second signal ends it at once, with 1, and the cut stream does not look complete', async () => {
    const { keyhatch, upstream, rest } = await startStream();
    const [arrival] = upstream.journal.filter(({ method }) => method === 'POST');
    keyhatch.signal('SIGTERM');
    await expect.poll(() => keyhatch.stderr()).toContain('waiting for running requests');
    // The stream would keep it waiting: the upstream never lets go. Two signals close together are one wish, so it is
    // told again until it listens.
    expect(await tellAgain(keyhatch, 'SIGINT')).toBe(1);
    await expect(rest).rejects.toThrow();
    expect(await arrival?.ended).toBe(false);
  });

  test('what it leaves is a profile that starts again', async () => {
    const { keyhatch } = await startStream();
    keyhatch.signal('SIGTERM');
    await expect.poll(() => keyhatch.stderr()).toContain('waiting for running requests');
    await tellAgain(keyhatch, 'SIGTERM');
    const again = await keyhatch.profile.start({ args: ['--echo'] });
    expect(await again.stop()).toBe(0);
  });
});

test('a command that fails says so in one sentence and ends with 1', async () => {
  const keyhatch = await start({ args: ['--echo'] });
  const calls = [
    ['keys', 'show', 'nobody'],
    ['keys', 'revoke', 'nobody', '--yes'],
    ['settings', 'get', 'no.such'],
    ['settings', 'set', 'server.autoStart', 'perhaps'],
    ['upstreams', 'test', 'nobody'],
    ['upstreams', 'add', 'http://127.0.0.1:1'],
  ];
  for (const { code, stdout, stderr } of await Promise.all(calls.map((call) => keyhatch.cli(call)))) {
    expect(code).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(oneLine);
  }
});

test('flags hold for this run, are shown as such, and cannot be changed while they do', async () => {
  const keyhatch = await start({ args: ['--echo', '--localhost-bypass', 'on'] });
  expect((await keyhatch.chat(null, { model: 'echo' })).status).toBe(200);
  expect(await keyhatch.json(['settings', 'get', 'access.localhostBypass'])).toMatchObject({
    value: true,
    setByFlag: true,
  });
  const refused = await keyhatch.cli(['settings', 'set', 'access.localhostBypass', 'false']);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('was set on the command line') });
  await keyhatch.stop();
  const again = await keyhatch.profile.start({ args: ['--echo'] });
  onTestFinished(again.kill9);
  expect((await again.chat(null, { model: 'echo' })).status).toBe(401);
  expect(await again.json(['settings', 'get', 'access.localhostBypass'])).toMatchObject({ value: false });
});

// The built program as people run it: `node dist/cli/keyhatch.js` as a process of its own, on a profile in a temporary
// folder, on port 0 of 127.0.0.1. Ends only processes that it started, and all of them when the test process ends.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { VaultKind } from '../../shared/model.ts';
import { clientsUrl, encryptFromNextStart } from './encrypted-start.ts';

/** How a command ended. */
export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string };
export type Environment = Readonly<Record<string, string | undefined>>;
export type RunOptions = { readonly stdin?: string; readonly env?: Environment };
export type StartOptions = {
  /** Flags of `serve` beside data folder, vault, port and log format. */
  readonly args?: readonly string[];
  /** A sealed file with a key file beside the data folder unless told; undefined: none is named. */
  readonly vault?: VaultKind | undefined;
  /** `--port 0` unless told; undefined: no flag, so that the setting holds. */
  readonly port?: number | undefined;
  readonly logFormat?: 'json' | 'pretty';
  /** A program with its arguments that runs ours, such as one that puts it into a network of its own. */
  readonly within?: readonly string[];
  readonly stdin?: string;
  readonly env?: Environment;
};

/** A folder for one instance at a time. */
export type Profile = {
  readonly dataDir: string;
  /** Opens the sealed file; lies outside the folder. */
  readonly keyFile: string;
  /** Runs a command on this profile, whether an instance holds it or not. */
  readonly cli: (args: readonly string[], options?: RunOptions) => Promise<Finished>;
  /** The same with `--json`; throws unless it ends with 0. */
  readonly json: <Answer>(args: readonly string[], options?: RunOptions) => Promise<Answer>;
  readonly createKey: (...flags: readonly string[]) => Promise<{ readonly id: string; readonly key: string }>;
  readonly start: (options?: StartOptions) => Promise<KeyhatchProcess>;
  /** Ends what still runs on it and deletes it. */
  readonly remove: () => Promise<void>;
};

export type KeyhatchProcess = Pick<Profile, 'dataDir' | 'cli' | 'json' | 'createKey'> & {
  readonly profile: Profile;
  /** Where clients of its gateway go: `http://127.0.0.1:40123`, or the same encrypted. */
  readonly url: string;
  /** How the program calls that place: what the ready line says. */
  readonly saidUrl: string;
  readonly port: number;
  readonly pid: number;
  /** A chat request with this key; `null` sends none. */
  readonly chat: (key: string | null, more?: object, init?: RequestInit) => Promise<Response>;
  readonly get: (key: string | null, path: string) => Promise<Response>;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly signal: (signal: NodeJS.Signals) => void;
  /** Sends the signal, SIGTERM unless told, and waits for the exit code. */
  readonly stop: (signal?: NodeJS.Signals) => Promise<number | null>;
  readonly kill9: () => Promise<void>;
  /** Settles with the exit code; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  /** Ends it if it still runs, and removes the profile if `startKeyhatch` made it. */
  readonly close: () => Promise<void>;
};

export const program = resolve(import.meta.dirname, '../../dist/cli/keyhatch.js');

/** No command and no start takes this long; a hanging one must not hang the suite. */
const deadlineMs = 20_000;

/** Runs the built program to its end. */
export async function runKeyhatch(args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const child = launch(args, options.env);
  const output = collect(child);
  child.stdin.end(options.stdin ?? '');
  const code = await inTime(output.exited, child, () => `keyhatch ${args.slice(0, 2).join(' ')} did not end`);
  return { code, stdout: output.stdout(), stderr: output.stderr() };
}

/** A command that goes on until it is told to end. */
export type RunningCommand = {
  readonly stdout: () => string;
  /** Resolves once both streams together hold this text. */
  readonly said: (text: string) => Promise<void>;
  /** Sends the signal and waits for the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
};

/** Runs the built program on a profile without waiting for its end. */
export function startCommand(
  args: readonly string[],
  { dataDir, keyFile }: Pick<Profile, 'dataDir' | 'keyFile'>,
): RunningCommand {
  const child = launch([...args, '--data-dir', dataDir], { KEYHATCH_VAULT_KEY_FILE: keyFile });
  const output = collect(child);
  child.stdin.end();
  const name = args.slice(0, 2).join(' ');
  return {
    stdout: output.stdout,
    said(text) {
      const heard = new Promise<void>((resolve, reject) => {
        const look = () => {
          if (output.stdout().includes(text) || output.stderr().includes(text)) resolve();
        };
        output.onPrinted(look);
        look();
        void output.exited.then((code) => reject(new Error(`keyhatch ${name} ended with ${code}: ${output.stderr()}`)));
      });
      return inTime(heard, child, () => `keyhatch ${name} did not say "${text}"`);
    },
    stop(signal) {
      child.kill(signal);
      return inTime(output.exited, child, () => `keyhatch ${name} did not end after ${signal}`);
    },
  };
}

export async function makeProfile(folder?: string): Promise<Profile> {
  const dataDir = folder ?? (await mkdtemp(join(tmpdir(), 'keyhatch-')));
  const keyFile = `${dataDir}.key`;
  const instances = new Set<KeyhatchProcess>();
  let made = 0;

  const withProfile = (options: RunOptions = {}): RunOptions => ({
    ...options,
    env: { KEYHATCH_VAULT_KEY_FILE: keyFile, ...options.env },
  });
  const cli = (args: readonly string[], options?: RunOptions) =>
    runKeyhatch([...args, '--data-dir', dataDir], withProfile(options));

  async function json<Answer>(args: readonly string[], options?: RunOptions): Promise<Answer> {
    const { code, stdout, stderr } = await cli([...args, '--json'], options);
    if (code !== 0) throw new Error(`keyhatch ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as Answer;
  }

  const profile: Profile = {
    dataDir,
    keyFile,
    cli,
    json,
    createKey(...flags) {
      made += 1;
      const name = flags.includes('--name') ? [] : ['--name', `key ${made}`];
      // At rest the first command decides where keys lie; a running instance has decided already.
      const vault = instances.size > 0 ? [] : ['--vault', 'file'];
      return json(['keys', 'create', ...name, ...vault, ...flags]);
    },
    async start(options = {}) {
      const started = await start(profile, options);
      instances.add(started);
      void started.exited.then(() => instances.delete(started));
      return started;
    },
    async remove() {
      await Promise.all([...instances].map((one) => one.kill9()));
      await rm(dataDir, { recursive: true, force: true });
      await rm(keyFile, { force: true });
    },
  };
  return profile;
}

/** Starts `keyhatch serve` on a fresh profile and waits for its ready line. */
export async function startKeyhatch(options: StartOptions = {}): Promise<KeyhatchProcess> {
  const profile = await makeProfile();
  try {
    const started = await profile.start(options);
    return { ...started, close: () => profile.remove() };
  } catch (error) {
    await profile.remove();
    throw error;
  }
}

async function start(profile: Profile, options: StartOptions): Promise<KeyhatchProcess> {
  const { dataDir } = profile;
  const { args = [], logFormat = 'json' } = options;
  const vault = 'vault' in options ? options.vault : 'file';
  const port = 'port' in options ? options.port : 0;
  await encryptFromNextStart(dataDir);
  const child = launch(
    [
      ...['serve', '--data-dir', dataDir, '--log-format', logFormat],
      ...(vault === undefined ? [] : ['--vault', vault]),
      ...(port === undefined ? [] : ['--port', String(port)]),
      ...args,
    ],
    { KEYHATCH_VAULT_KEY_FILE: profile.keyFile, ...options.env },
    options.within,
  );
  const output = collect(child);
  child.stdin.end(options.stdin ?? '');
  const late = () => 'keyhatch serve did not become ready';
  const saidUrl = await inTime(readyUrl(output, logFormat), child, late);
  const url = await inTime(clientsUrl(saidUrl), child, late);
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    child.kill(signal);
    return inTime(output.exited, child, () => `keyhatch serve did not end after ${signal}`);
  };
  const kill9 = async () => {
    child.kill('SIGKILL');
    await output.exited;
  };
  return {
    dataDir,
    profile,
    cli: profile.cli,
    json: profile.json,
    createKey: profile.createKey,
    url,
    saidUrl,
    port: Number(new URL(url).port),
    pid: child.pid ?? 0,
    ...callsTo(url),
    stdout: output.stdout,
    stderr: output.stderr,
    signal: (signal) => void child.kill(signal),
    stop,
    kill9,
    exited: output.exited,
    close: kill9,
  };
}

/** How a client calls a gateway; `null` sends no key. */
export function callsTo(url: string): Pick<KeyhatchProcess, 'chat' | 'get'> {
  return {
    chat: (key, more = {}, init = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'hi' }], ...more }),
        ...init,
        headers: { 'content-type': 'application/json', ...bearer(key), ...init.headers },
      }),
    get: (key, path) => fetch(url + path, { headers: bearer(key) }),
  };
}

function bearer(key: string | null): Record<string, string> {
  return key === null ? {} : { authorization: `Bearer ${key}` };
}

type Output = {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
  /** Calls back whenever something was printed. */
  readonly onPrinted: (act: () => void) => void;
};

function launch(
  args: readonly string[],
  env: Environment = {},
  within: readonly string[] = [],
): ChildProcessWithoutNullStreams {
  if (!existsSync(program)) throw new Error(`${program} is not there: build it first, with npm run build.`);
  const [command = '', ...words] = [...within, process.execPath, program, ...args];
  const child = spawn(command, words, { env: environment(env), stdio: 'pipe' });
  if (running.size === 0) process.on('exit', endRunning).on('SIGTERM', endRunningAndMyself);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) process.off('exit', endRunning).off('SIGTERM', endRunningAndMyself);
  });
  // A program that ends before it has read its stdin breaks the pipe, which is no failure of ours.
  child.stdin.on('error', () => {});
  return child;
}

// Of the whole test process: what a test that was cut off has left behind ends with it.
const running = new Set<ChildProcessWithoutNullStreams>();

function endRunning(): void {
  for (const child of running) child.kill('SIGKILL');
}

// How the test runner ends a worker whose tests took too long.
function endRunningAndMyself(): void {
  endRunning();
  process.off('SIGTERM', endRunningAndMyself);
  process.kill(process.pid, 'SIGTERM');
}

// Nothing of the machine's own Keyhatch and nothing of the test runner reaches the program.
function environment(more: Environment): Record<string, string> {
  const passed = ['PATH', 'HOME', 'TMPDIR', 'DBUS_SESSION_BUS_ADDRESS', 'XDG_RUNTIME_DIR', 'SystemRoot', 'APPDATA'];
  const own = passed.map((name) => [name, process.env[name]] as const);
  const all = [...own, ...Object.entries(more)];
  return Object.fromEntries(all.filter((pair): pair is [string, string] => pair[1] !== undefined));
}

function collect(child: ChildProcessWithoutNullStreams): Output {
  const texts = { stdout: '', stderr: '' };
  const listeners: (() => void)[] = [];
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      for (const act of listeners) act();
    });
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    // `close` and not `exit`: only then has everything printed arrived.
    child.once('close', (code) => resolve(code));
  });
  return { stdout: () => texts.stdout, stderr: () => texts.stderr, exited, onPrinted: (act) => listeners.push(act) };
}

function readyUrl(output: Output, format: 'json' | 'pretty'): Promise<string> {
  return new Promise((resolve, reject) => {
    const look = () => {
      try {
        const text = output.stdout();
        const found = format === 'json' ? fromReadyLine(text) : /^ {2}Gateway +(http\S+)/m.exec(text)?.[1];
        if (found !== undefined) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    output.onPrinted(look);
    void output.exited.then((code) => reject(new Error(`keyhatch serve ended with ${code}: ${output.stderr()}`)));
  });
}

function fromReadyLine(text: string): string | undefined {
  const end = text.indexOf('\n');
  if (end === -1) return undefined;
  const line = JSON.parse(text.slice(0, end)) as { event: string; gateway: string };
  if (line.event !== 'ready') throw new Error(`The first line of stdout is not the ready line: ${text.slice(0, end)}`);
  return line.gateway;
}

async function inTime<Value>(
  work: Promise<Value>,
  child: ChildProcessWithoutNullStreams,
  late: () => string,
): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${late()} within ${deadlineMs / 1000} s.`));
    }, deadlineMs);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
}

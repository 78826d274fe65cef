// The built desktop app as a process of its own on the stand-in for Electron: started on a profile whose vault is a sealed
// file, ordered about as a person would, and ended with the test.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Answer, HostConfig, Order, Seen } from './electron-host/host-config.ts';
import type { Profile } from './keyhatch-process.ts';

export type DesktopOptions = {
  readonly profile: Profile;
  /** Linux unless told. */
  readonly platform?: NodeJS.Platform;
  readonly args?: readonly string[];
  readonly wasOpenedAtLogin?: boolean;
  readonly env?: Readonly<Record<string, string>>;
};

export type DesktopProcess = {
  readonly order: (order: Order) => Promise<unknown>;
  readonly look: () => Promise<Seen>;
  /** What is seen once it fits; fails after a while with what was seen last. */
  readonly until: (fits: (seen: Seen) => boolean) => Promise<Seen>;
  /** Runs a script in the window's page until it answers with something true, and returns that. */
  readonly inPage: <Value>(script: string) => Promise<Value>;
  readonly signal: (signal: NodeJS.Signals) => void;
  readonly exited: Promise<number | null>;
  readonly output: () => string;
  readonly close: () => Promise<void>;
};

const root = resolve(import.meta.dirname, '../..');
const main = resolve(root, 'dist/main/main.js');
const patienceMs = 20_000;
const lookEveryMs = 25;

export function startDesktop(options: DesktopOptions): DesktopProcess {
  const { profile, args = [] } = options;
  if (!existsSync(main)) throw new Error(`${main} is not there: build it first, with npm run build.`);
  const config: HostConfig = {
    userData: profile.dataDir,
    appPath: root,
    platform: options.platform ?? 'linux',
    wasOpenedAtLogin: options.wasOpenedAtLogin ?? false,
  };
  const { PATH = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(
    process.execPath,
    ['--import', resolve(import.meta.dirname, 'electron-host/register.ts'), main, ...args],
    {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...{ PATH, TMPDIR, HOME: profile.dataDir, KEYHATCH_VAULT_KEY_FILE: profile.keyFile },
        ELECTRON_HOST: JSON.stringify(config),
        ...options.env,
      },
    },
  );
  return driven(child);
}

function driven(child: ChildProcess): DesktopProcess {
  const waiting = new Map<number, (answer: Answer) => void>();
  let printed = '';
  let orders = 0;
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text: Buffer) => (printed += text.toString()));
  child.on('message', (answer: Answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const exited = once(child, 'close').then(([code]) => code as number | null);
  const gone = exited.then((code): Answer => ({ id: 0, error: `The app ended with ${code}: ${printed}` }));

  async function order(given: Order): Promise<unknown> {
    const id = ++orders;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    if (child.connected) child.send({ id, order: given });
    const { value, error } = await Promise.race([answered, gone]);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async function untilTrue<Value>(ask: () => Promise<Value>, fits: (value: Value) => boolean): Promise<Value> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const value = await ask();
      if (fits(value)) return value;
      if (performance.now() > deadline)
        throw new Error(`It did not come to this: ${fits}\n${JSON.stringify(value)}\n${printed}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  const look = () => order({ do: 'look' }) as Promise<Seen>;
  return {
    order,
    look,
    until: (fits) => untilTrue(look, fits),
    inPage: <Value>(script: string) =>
      untilTrue(
        () => order({ do: 'in page', script }) as Promise<Value>,
        (value) => Boolean(value),
      ),
    signal: (signal) => void child.kill(signal),
    exited,
    output: () => printed,
    async close() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}

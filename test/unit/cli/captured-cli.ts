// Runs the command line against a fake instance and keeps everything it said.

import { type CliIo, runCli } from '../../../electron/cli/cli.ts';
import type { InputSource } from '../../../electron/cli/input.ts';
import type { ServeArguments } from '../../../electron/serve/serve-arguments.ts';
import { createFakeInstance, type FakeCall, now, type Stubs } from './fake-instance.ts';

export type Situation = {
  readonly stubs?: Stubs;
  /** Whether an instance runs; else the profile is opened at rest. */
  readonly running?: boolean;
  readonly stdin?: string;
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly platform?: NodeJS.Platform;
  readonly io?: Partial<CliIo>;
};

export type Captured = {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly FakeCall[];
  /** `connect DIR`, `at rest DIR VAULT`, `close`, in order. */
  readonly reached: readonly string[];
  readonly served: readonly ServeArguments[];
};

export async function keyhatch(argv: readonly string[], situation: Situation = {}): Promise<Captured> {
  const { client, calls } = createFakeInstance(situation.stubs);
  const reached: string[] = [];
  const served: ServeArguments[] = [];
  const said = { out: '', err: '' };
  const isTTY = situation.terminal ?? false;
  const connection = { client, close: async () => void reached.push('close') };
  const code = await runCli(argv, {
    stdout: { write: (text) => (said.out += text), isTTY },
    stderr: { write: (text) => (said.err += text), isTTY },
    stdin: source(situation.stdin ?? '', isTTY),
    env: situation.env ?? {},
    platform: situation.platform ?? 'linux',
    homeDir: '/home/ada',
    version: '0.1.0',
    now: () => now,
    connect: async (dataDir) => {
      reached.push(`connect ${dataDir}`);
      return (situation.running ?? true) ? connection : undefined;
    },
    openAtRest: async (dataDir, vault) => {
      reached.push(`at rest ${dataDir} ${vault}`);
      return connection;
    },
    serve: async (args) => {
      served.push(args);
      return 0;
    },
    ...situation.io,
  });
  return { code, ...said, calls, reached, served };
}

function source(text: string, isTTY: boolean): InputSource {
  async function* chunks() {
    // In two parts, as pipes deliver it.
    yield Buffer.from(text.slice(0, 3));
    yield Buffer.from(text.slice(3));
  }
  return { isTTY, [Symbol.asyncIterator]: chunks };
}

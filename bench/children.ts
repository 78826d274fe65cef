// The processes that the benchmark starts, and their end: whatever happens, each is ended by its own id and no other is
// touched. Knows nothing of what they do.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { join } from 'node:path';
import type { WorkerMessage } from './messages.ts';

export type Child = {
  readonly pid: number;
  /** The first line of its stdout; rejects when it ends before. */
  readonly firstLine: Promise<string>;
  readonly stop: () => Promise<void>;
};

/** A process of ours that answers one question at a time. */
export type Worker = {
  readonly pid: number;
  readonly ask: <Answer>(question: object, onNote?: (note: unknown) => void) => Promise<Answer>;
  readonly stop: () => Promise<void>;
};

export type StartOptions = {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** Steps down to this user and group. */
  readonly uid?: number | undefined;
};

export type Children = {
  readonly start: (program: string, args: readonly string[], options: StartOptions) => Child;
  /** Runs a file of this folder; `nodeArgs` go before it. */
  readonly fork: (file: string, nodeArgs?: readonly string[]) => Worker;
  readonly stopAll: () => Promise<void>;
};

const patienceMs = 8_000;

export function createChildren(): Children {
  const running = new Map<ChildProcess, () => Promise<void>>();
  // The last resort: nothing may outlive this process, however it ends. Not SIGKILL, which would leave nginx's workers.
  process.once('exit', () => {
    for (const child of running.keys()) child.kill('SIGTERM');
  });

  function keep(child: ChildProcess): { readonly pid: number; readonly stop: () => Promise<void> } {
    const gone = new Promise<void>((resolve) => {
      const leave = () => {
        running.delete(child);
        resolve();
      };
      child.once('exit', leave);
      child.once('error', leave);
    });
    const stop = async () => {
      if (!running.has(child)) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      await gone;
      clearTimeout(timer);
    };
    running.set(child, stop);
    return { pid: child.pid ?? 0, stop };
  }

  return {
    start(program, args, { env, cwd, uid }) {
      const child = spawn(program, args, {
        cwd,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        ...(uid === undefined ? {} : { uid, gid: uid }),
      });
      return { ...keep(child), firstLine: firstLineOf(child) };
    },
    fork(file, nodeArgs = []) {
      const child = fork(join(import.meta.dirname, file), { execArgv: [...nodeArgs] });
      return { ...keep(child), ask: askOf(child, file) };
    },
    async stopAll() {
      await Promise.all([...running.values()].map((stop) => stop()));
    },
  };
}

function firstLineOf(child: ChildProcess): Promise<string> {
  const line = new Promise<string>((resolve, reject) => {
    let out = '';
    let err = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      if (out.includes('\n')) return;
      out += chunk.toString('utf8');
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      err = (err + chunk.toString('utf8')).slice(-2000);
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${err.trim()}`)));
  });
  // Not everybody waits for a line.
  line.catch(() => {});
  return line;
}

function askOf(child: ChildProcess, file: string): Worker['ask'] {
  return <Answer>(question: object, onNote?: (note: unknown) => void) =>
    new Promise<Answer>((resolve, reject) => {
      const done = () => {
        child.off('message', onMessage);
        child.off('exit', onExit);
      };
      const onExit = () => {
        done();
        reject(new Error(`${file} ended`));
      };
      const onMessage = (message: WorkerMessage) => {
        if ('note' in message) return onNote?.(message.note);
        done();
        if ('failure' in message) reject(new Error(message.failure));
        else resolve(message.answer as Answer);
      };
      child.on('message', onMessage);
      child.on('exit', onExit);
      child.send(question);
    });
}

// `keyhatch serve`: an instance without a display, from its flags to its exit code. Says on stdout that it is ready, logs
// to stderr, drains on the first signal and ends at the second.

import { readFile } from 'node:fs/promises';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Settings } from '../../shared/settings.ts';
import { compose } from '../compose.ts';
import { createLog, type Log } from '../lib/log.ts';
import type { House } from '../shell.ts';
import { openConfStore } from './conf-store.ts';
import { readyEvent, readyText } from './ready-text.ts';
import type { ApiKeySource, ServeArguments } from './serve-arguments.ts';

type Sink = { readonly write: (text: string) => unknown };

export type ServeIo = {
  readonly stdout: Sink & { readonly isTTY?: boolean | undefined };
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<string | Uint8Array>;
  readonly env: { [name: string]: string | undefined };
  readonly version: string;
  /** Folder of the built pages; undefined where there are none. */
  readonly pagesDir: string | undefined;
  /** Program of the threads that keep the ledger. */
  readonly ledgerWorker: string | undefined;
  readonly passwordWorker: string | undefined;
  /** How people call this program: `keyhatch`, `npx keyhatch`. */
  readonly calledAs: string;
  /** Calls back on each SIGINT, SIGTERM or SIGHUP, until the returned function is called. */
  readonly onSignal: (act: () => void) => () => void;
};

/** How long the ready line waits for the keychain, which may be asking a person to unlock it. */
const vaultPatienceMs = 1_000;
const sameWishMs = 250;

/** @returns the exit code: 0 after a stop that was asked for, 1 when it could not start or was cut short */
export async function serve(args: ServeArguments, io: ServeIo): Promise<number> {
  const lines = holdLines(io.stderr, args.logFormat === 'json');
  const log = createLog({ format: args.logFormat, write: lines.write });
  let house: House | undefined;
  try {
    house = await compose(shellOf(args, io, log));
    await prepare(house, args, io, log);
    await house.start();
    // Listened for before anybody is told that it is ready, and may want it to stop.
    const stopped = untilStopped(house, io, log);
    announce(house, args, io);
    lines.release();
    return await stopped;
  } catch (error) {
    lines.release();
    io.stderr.write(`${sentenceOf(error, log)}\n`);
    await house?.stop();
    return 1;
  }
}

function shellOf(args: ServeArguments, io: ServeIo, log: Log) {
  return {
    name: 'serve',
    version: io.version,
    dataDir: args.dataDir,
    env: io.env,
    log,
    openSettingsStore: openConfStore,
    vault: args.vault,
    flags: settingsOf(args),
    upstreams: args.upstreams,
    echo: args.echo,
    pagesDir: io.pagesDir,
    ledgerWorker: io.ledgerWorker,
    passwordWorker: io.passwordWorker,
    desktop: undefined,
  } as const;
}

/** What the flags say of settings. The LAN switches keys on here as everywhere, unless the same line says otherwise. */
function settingsOf(args: ServeArguments): Partial<Settings> {
  const lan = args.hosts?.some((host) => host !== 'localhost' && host !== '::1' && !host.startsWith('127.')) ?? false;
  const requireKey = args.requireKey ?? (lan ? true : undefined);
  return {
    'server.autoStart': true,
    'dashboard.enabled': args.dashboardPort !== 'off',
    ...(typeof args.dashboardPort === 'number' ? { 'dashboard.port': args.dashboardPort } : {}),
    ...(args.port === undefined ? {} : { 'server.port': args.port }),
    ...(args.hosts === undefined ? {} : { 'server.hosts': [...args.hosts] }),
    ...(requireKey === undefined ? {} : { 'access.requireKey': requireKey }),
    ...(args.localhostBypass === undefined ? {} : { 'access.localhostBypass': args.localhostBypass }),
  };
}

async function prepare(house: House, args: ServeArguments, io: ServeIo, log: Log): Promise<void> {
  if (args.apiKey) {
    if (args.apiKey.from === 'argument') {
      log.warn('--api-key can be seen by other programs of this machine while Keyhatch runs; --api-key-file cannot');
    }
    await house.vaultTried;
    const { status } = await house.keys.ensure('main', await readApiKey(args.apiKey, io));
    if (status !== 'active') log.warn(`the key given on the command line is ${status}, and stays so`);
  }
  if (args.upstreams.length === 0 && args.echo !== 'on') await house.adoptServers();
  // Only a keychain may be waiting for a person; the others are open or locked in a moment, and then the text says which.
  if (house.status().vault.kind !== 'keychain') return house.vaultTried;
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([house.vaultTried, new Promise((resolve) => (timer = setTimeout(resolve, vaultPatienceMs)))]);
  clearTimeout(timer);
}

async function readApiKey(source: ApiKeySource, io: ServeIo): Promise<string> {
  if (source.from === 'argument' || source.from === 'environment') {
    // Child processes have no use for it.
    delete io.env['KEYHATCH_API_KEY'];
    return source.value.trim();
  }
  if (source.from === 'file') return (await readFile(source.path, 'utf8')).trim();
  let text = '';
  for await (const chunk of io.stdin) text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8');
  return text.trim();
}

function announce(house: House, args: ServeArguments, io: ServeIo): void {
  const status = house.status();
  // Not into what may be a log: whoever reads that later could sign in with it.
  const mayTell = status.dashboard.url !== null && (args.printLink || io.stdout.isTTY === true);
  const link = mayTell ? house.dashboardLink() : undefined;
  io.stdout.write(
    args.logFormat === 'json' ? `${JSON.stringify(readyEvent(status, link))}\n` : readyText(status, link, io.calledAs),
  );
}

function untilStopped(house: House, io: ServeIo, log: Log): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  let askedAt: number | undefined;

  async function stop(): Promise<void> {
    const { running } = house.status().server;
    if (running > 0) log.info('waiting for running requests; once more ends at once', { running });
    await house.stop();
    resolve(0);
  }

  const off = io.onSignal(() => {
    // What starts programs (npm, timeout, a terminal's Ctrl+C) often delivers one wish to stop twice.
    if (askedAt !== undefined && performance.now() - askedAt < sameWishMs) return;
    if (askedAt !== undefined) {
      log.warn('ended without waiting for running requests');
      resolve(1);
      return;
    }
    askedAt = performance.now();
    void stop();
  });
  return promise.finally(off);
}

// For programs the ready line comes first, so that what happens before it is told after it.
function holdLines(sink: Sink, hold: boolean) {
  let held: string[] | undefined = hold ? [] : undefined;
  return {
    write(line: string): void {
      if (held) held.push(line);
      else sink.write(`${line}\n`);
    },
    release(): void {
      const lines = held ?? [];
      held = undefined;
      for (const line of lines) sink.write(`${line}\n`);
    },
  };
}

function sentenceOf(error: unknown, log: Log): string {
  if (error instanceof KeyhatchError) return error.message;
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code))
    return `Keyhatch could not start: ${(error as Error).message}.`;
  log.error('the start failed', { error });
  return 'Keyhatch could not start because of a fault of its own; the line above has the details.';
}

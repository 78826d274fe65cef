#!/usr/bin/env node
// The program `keyhatch`: hands the process's own streams, arguments and signals to the command line. Nothing else.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { serve } from '../serve/serve.ts';
import { openAtRest } from './at-rest.ts';
import { runCli } from './cli.ts';

const { version } = packageJson;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function onSignal(act: () => void): () => void {
  for (const signal of signals) {
    // conf's way of writing files listens too and sends the signal on to the whole process, which would look like a
    // second one and end us in the middle of draining. What it wants to do then, it also does on exit. Ours goes in
    // before theirs goes out: with nobody listening for a moment, a signal of that moment would be lost.
    const others = process.listeners(signal);
    process.on(signal, act);
    for (const other of others) process.off(signal, other);
  }
  return () => {
    for (const signal of signals) process.off(signal, act);
  };
}

// Beside the built program, or, when it is run from source, where the build puts them.
function findPages(): string | undefined {
  return ['../renderer', '../../dist/renderer']
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, 'index.html')));
}

// Cut short, it still has requests running, and nothing must wait for them.
function leave(exitCode: number): number {
  if (exitCode !== 0) process.exit(exitCode);
  return exitCode;
}

async function main(): Promise<void> {
  const { env, platform, stderr, stdin, stdout } = process;
  if (Number(process.versions.node.split('.')[0]) < 24) {
    stderr.write(`Keyhatch needs Node 24 or newer; this is ${process.versions.node}.\n`);
    process.exitCode = 1;
    return;
  }
  // `keyhatch keys list | head` closes our stdout early, which is no failure; and a server outlives whoever read its log.
  const isServer = process.argv.includes('serve');
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && !isServer) process.exit(0);
  });
  stderr.on('error', () => {});
  const calledAs = env['KEYHATCH_CALLED_AS'] ?? 'keyhatch';
  process.exitCode = await runCli(process.argv.slice(2), {
    stdout,
    stderr,
    stdin,
    env,
    platform,
    version,
    homeDir: homedir(),
    openAtRest: (dataDir, vault) => openAtRest(dataDir, vault, { env, stderr, version }),
    serve: (args) =>
      serve(args, { stdout, stderr, stdin, env, version, pagesDir: findPages(), calledAs, onSignal }).then(leave),
  });
}

await main();

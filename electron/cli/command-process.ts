// The command line in a process of its own: hands it the process's streams, environment and signals. Nothing else; used by
// the program `keyhatch` and by the desktop app when it is called with `--cli`.

import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { onStopSignal } from '../lib/stop-signals.ts';
import { serve } from '../serve/serve.ts';
import { openAtRest } from './at-rest.ts';
import { runCli } from './cli.ts';

const { version } = packageJson;

/**
 * Runs one command to its end.
 * @param words what follows the program's name
 * @param onCutShort called with the exit code when requests still run and nothing must wait for them
 * @returns the exit code
 */
export async function runCommandProcess(
  words: readonly string[],
  onCutShort: (exitCode: number) => void,
): Promise<number> {
  const { env, platform, stderr, stdin, stdout } = process;
  if (Number(process.versions.node.split('.')[0]) < 24) {
    stderr.write(`Keyhatch needs Node 24 or newer; this is ${process.versions.node}.\n`);
    return 1;
  }
  // `keyhatch keys list | head` closes our stdout early, which is no failure; and a server outlives whoever read its log.
  const isServer = words.includes('serve');
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE' && !isServer) process.exit(0);
  });
  stderr.on('error', () => {});
  const calledAs = env['KEYHATCH_CALLED_AS'] ?? 'keyhatch';
  return runCli(words, {
    stdout,
    stderr,
    stdin,
    env,
    platform,
    version,
    homeDir: homedir(),
    openAtRest: (dataDir, vault) => openAtRest(dataDir, vault, { env, stderr, version }),
    onStop: onStopSignal,
    async serve(args) {
      const workers = {
        ledgerWorker: findWorker('ledger/ledger-worker', 'storage/ledger-worker'),
        passwordWorker: findWorker('passwords/password-worker', 'passwords/password-worker'),
      };
      const built = { pagesDir: findPages(), ...workers };
      const io = { stdout, stderr, stdin, env, version, ...built, calledAs, onSignal: onStopSignal };
      const exitCode = await serve(args, io);
      if (exitCode !== 0) onCutShort(exitCode);
      return exitCode;
    },
  });
}

// Beside the built program, or the source it is built from.
function findWorker(built: string, source: string): string | undefined {
  return [`../${built}.cjs`, `../../${built}.cjs`, `../${source}.ts`]
    .map((file) => join(import.meta.dirname, file))
    .find((file) => existsSync(file));
}

// Beside the built program, or, when it is run from source, where the build puts them.
function findPages(): string | undefined {
  return ['../renderer', '../../dist/renderer']
    .map((folder) => join(import.meta.dirname, folder))
    .find((folder) => existsSync(join(folder, 'index.html')));
}

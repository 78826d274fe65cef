// The whole house as compose builds it, in this process: a profile in a temporary folder, a vault in memory, the echo
// model behind it, and every port a free one unless a test says otherwise.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compose } from '../../electron/compose.ts';
import { createLog } from '../../electron/lib/log.ts';
import { openConfStore } from '../../electron/serve/conf-store.ts';
import type { House, Shell } from '../../electron/shell.ts';

export type ComposedHouse = { readonly house: House; readonly dataDir: string; readonly lines: readonly string[] };

/** Started; stopped and removed when the test ends. */
export async function composeHouse(shell: Partial<Shell> = {}): Promise<ComposedHouse> {
  const dataDir = await mkdtemp(join(tmpdir(), 'kh-house-'));
  onTestFinished(() => rm(dataDir, { recursive: true, force: true }));
  const lines: string[] = [];
  const house = await compose({
    name: 'serve',
    version: '0.1.0',
    dataDir,
    env: {},
    log: createLog({ format: 'json', write: (line) => lines.push(line) }),
    openSettingsStore: openConfStore,
    vault: 'memory',
    flags: { 'server.port': 0, 'dashboard.enabled': true, 'dashboard.port': 0 },
    upstreams: [],
    echo: 'on',
    pagesDir: undefined,
    ledgerWorker: join(import.meta.dirname, '../../electron/storage/ledger-worker.ts'),
    passwordWorker: join(import.meta.dirname, '../../electron/passwords/password-worker.ts'),
    desktop: undefined,
    ...shell,
  });
  onTestFinished(house.stop);
  await house.vaultTried;
  await house.start();
  return { house, dataDir, lines };
}

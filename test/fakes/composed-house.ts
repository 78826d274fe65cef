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
import { clientsUrl } from './encrypted-start.ts';
import { isOverTls } from './over-tls.ts';

export type ComposedHouse = {
  readonly house: House;
  /** Where clients of its gateway go at the moment; encrypted where the tests are. */
  readonly gatewayUrl: () => string;
  readonly dataDir: string;
  readonly lines: readonly string[];
};

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
    upstreams: [],
    echo: 'on',
    pagesDir: undefined,
    ledgerWorker: join(import.meta.dirname, '../../electron/storage/ledger-worker.ts'),
    passwordWorker: join(import.meta.dirname, '../../electron/passwords/password-worker.ts'),
    desktop: undefined,
    ...shell,
    flags: {
      ...(shell.flags ?? { 'server.port': 0, 'dashboard.enabled': true, 'dashboard.port': 0 }),
      ...(isOverTls ? { 'tls.mode': 'both' } : {}),
    },
  });
  onTestFinished(house.stop);
  await house.vaultTried;
  await house.start();
  const saidUrl = () => house.status().server.urls[0];
  const atFirst = saidUrl();
  const isEncrypted = atFirst !== undefined && (await clientsUrl(atFirst)) !== atFirst;
  const gatewayUrl = () => (saidUrl() ?? '').replace('http:', isEncrypted ? 'https:' : 'http:');
  return { house, gatewayUrl, dataDir, lines };
}

// A profile of its own for each test with an instance's control socket in it, and what tests look at there.

import { lstat, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { controlFilePath } from '../../../electron/control/control-address.ts';
import { type ContractClient, connectControl } from '../../../electron/control/control-client.ts';
import {
  type ControlServer,
  type ControlServerOptions,
  startControlServer,
} from '../../../electron/control/control-server.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import { createFakeInstance, type FakeInstance } from '../cli/fake-instance.ts';

export type ControlFixture = {
  readonly dataDir: string;
  readonly start: (options?: Partial<ControlServerOptions<Record<never, never>>>) => Promise<ControlServer>;
  /** What `start` serves unless told otherwise. */
  readonly instance: FakeInstance;
  readonly connect: () => Promise<ContractClient>;
  readonly controlFile: () => Promise<{ readonly address: string; readonly secret: string }>;
};

/** Everything is closed and removed when the test ends. */
export async function createControlFixture(subDir = ''): Promise<ControlFixture> {
  const root = await mkdtemp(join(tmpdir(), 'kh-control-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const dataDir = join(root, subDir);
  const instance = createFakeInstance();
  return {
    dataDir,
    instance,
    async start(options = {}) {
      const server = await startControlServer({ dataDir, router: instance.router, log: silentLog, ...options });
      onTestFinished(server.close);
      return server;
    },
    async connect() {
      const connection = await connectControl({ dataDir });
      if (!connection) throw new Error('nothing runs there');
      onTestFinished(connection.close);
      return connection.client;
    },
    controlFile: async () => JSON.parse(await readFile(controlFilePath(dataDir), 'utf8')),
  };
}

/** Permission bits. */
export async function modeOf(path: string): Promise<number> {
  return (await lstat(path)).mode & 0o777;
}

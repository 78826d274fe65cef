// The built Keyhatch, as people run it: `serve` on a profile with hundreds of keys, metering and SQLite on. The profile is
// filled once, through the running server's own socket, and then used by every start.

import { type ContractClient, connectControl } from '../electron/control/control-client.ts';
import type { Children } from './children.ts';

export type KeyhatchProfile = {
  readonly program: string;
  readonly dataDir: string;
  readonly keyFile: string;
  /** Every key of the profile. */
  readonly keys: readonly string[];
};

export type KeyhatchStart = {
  readonly children: Children;
  readonly upstreamPort: number;
  readonly profile: Omit<KeyhatchProfile, 'keys'>;
  readonly nodeArgs: readonly string[];
};

export async function startKeyhatch({ children, upstreamPort, profile, nodeArgs }: KeyhatchStart) {
  const { program, dataDir, keyFile } = profile;
  const upstream = `http://127.0.0.1:${upstreamPort}`;
  const serve = ['serve', '--port', '0', '--vault', 'file', '--data-dir', dataDir, '--upstream', upstream];
  const child = children.start(process.execPath, [...nodeArgs, program, ...serve, '--log-format', 'json'], {
    // None of the caller's KEYHATCH_… variables.
    env: { PATH: process.env['PATH'] ?? '', HOME: dataDir, KEYHATCH_VAULT_KEY_FILE: keyFile },
    cwd: dataDir,
  });
  const ready = JSON.parse(await child.firstLine) as { readonly gateway: string };
  return { port: Number(new URL(ready.gateway).port), pid: child.pid, stop: child.stop };
}

const atOnce = 8;

/** What the keys of a profile have beside their names. */
export type KeyGift = Omit<Parameters<ContractClient['keys']['create']>[0], 'name'>;

/** Makes a profile in `folder`, an empty one, with so many keys that have no limits unless they are given some. */
export async function makeProfile(
  options: Pick<KeyhatchStart, 'children' | 'upstreamPort'> & {
    readonly program: string;
    readonly folder: string;
    readonly keyCount: number;
    readonly gift?: (nth: number) => KeyGift;
  },
): Promise<KeyhatchProfile> {
  const { children, upstreamPort, program, folder, keyCount, gift = () => ({ rpm: null, parallel: null }) } = options;
  const profile = { program, dataDir: folder, keyFile: `${folder}.key` };
  const server = await startKeyhatch({ children, upstreamPort, profile, nodeArgs: [] });
  const control = await connectControl({ dataDir: profile.dataDir });
  if (!control) throw new Error('Keyhatch runs, but does not answer on its socket');
  const keys: string[] = [];
  let left = keyCount;
  const fill = async () => {
    while (left > 0) {
      const nth = left--;
      const { key } = await control.client.keys.create({ name: `bench-${nth}`, ...gift(nth) });
      keys.push(key);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, fill));
  await control.close();
  await server.stop();
  return { ...profile, keys };
}

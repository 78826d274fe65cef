// Who takes part, and how each is started in front of the same upstream. Every one is a process of its own, so that what
// it costs can be told; who is not installed is said to be so and not left out.

import { cpSync, existsSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { startCaddy } from './caddy.ts';
import type { Children } from './children.ts';
import { type KeyhatchProfile, startKeyhatch } from './keyhatch-server.ts';
import type { Target } from './messages.ts';
import { startNginx } from './nginx.ts';

/** A contestant that runs. */
export type Entrant = { readonly target: Target; readonly pid: number; readonly stop: () => Promise<void> };

export type Contestant = {
  readonly name: string;
  /** Starts it anew; the caller stops it. */
  readonly start: () => Promise<Entrant>;
};

export type Roster = {
  readonly present: readonly Contestant[];
  readonly absent: readonly { readonly name: string; readonly why: string }[];
};

export type Ground = {
  readonly children: Children;
  readonly upstreamPort: number;
  readonly upstreamPid: number;
  /** Empty at the start, and taken away at the end. */
  readonly tempDir: string;
  readonly profile: KeyhatchProfile;
  /** Another build of Keyhatch to hold against this one. */
  readonly otherBuild: string | undefined;
  /** Where Node's processes write their CPU profiles. */
  readonly profileDir: string | undefined;
};

export function makeRoster(ground: Ground, wanted: (name: string) => boolean): Roster {
  const { children, upstreamPort, profile } = ground;
  const nginx = findProgram('nginx');
  const caddy = findProgram('caddy');
  const inFront = { children, upstreamPort, tempDir: ground.tempDir, keys: profile.keys };
  const key = profile.keys.at(-1);
  const target = (port: number): Target => ({ port, key });
  const nodeArgs = ground.profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${ground.profileDir}`];

  const all: Contestant[] = [
    {
      name: 'direct',
      start: async () => ({ target: target(upstreamPort), pid: ground.upstreamPid, stop: async () => {} }),
    },
    {
      name: 'library',
      async start() {
        const worker = children.fork('library.ts', nodeArgs);
        const port = await worker.ask<number>({ target: `http://127.0.0.1:${upstreamPort}` });
        return { target: target(port), pid: worker.pid, stop: worker.stop };
      },
    },
    ...keyhatchBuilds(ground).map(({ name, build }) => ({
      name,
      async start() {
        const { port, pid, stop } = await startKeyhatch({ children, upstreamPort, profile: build, nodeArgs });
        return { target: target(port), pid, stop };
      },
    })),
    ...(nginx ? [{ name: 'nginx', start: async () => fromStarted(await startNginx(nginx, inFront), target) }] : []),
    ...(caddy ? [{ name: 'caddy', start: async () => fromStarted(await startCaddy(caddy, inFront), target) }] : []),
  ];
  return {
    present: all.filter(({ name }) => wanted(name)),
    absent: [
      ...(nginx ? [] : [{ name: 'nginx', why: 'not installed' }]),
      ...(caddy ? [] : [{ name: 'caddy', why: 'not installed' }]),
    ].filter(({ name }) => wanted(name)),
  };
}

function keyhatchBuilds({ profile, otherBuild, tempDir }: Ground) {
  const own = { name: 'keyhatch', build: profile };
  if (otherBuild === undefined) return [own];
  // One process owns a profile, so that the other build gets a copy.
  const dataDir = join(tempDir, 'other-profile');
  cpSync(profile.dataDir, dataDir, { recursive: true, filter: (path) => basename(path) !== 'run' });
  return [own, { name: 'other', build: { ...profile, program: otherBuild, dataDir } }];
}

type Started = { readonly port: number; readonly pid: number; readonly stop: () => Promise<void> };

function fromStarted({ port, pid, stop }: Started, target: (port: number) => Target): Entrant {
  return { target: target(port), pid, stop };
}

/** Servers often lie where only an administrator's PATH looks. */
function findProgram(name: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return [...folders, '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin']
    .map((folder) => join(folder, process.platform === 'win32' ? `${name}.exe` : name))
    .find((file) => existsSync(file));
}

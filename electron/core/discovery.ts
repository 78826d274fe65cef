// Finds model servers on this computer and, for a profile that has none yet, puts the gateway in front of them: one
// command is to be enough.

import type { DetectedServer, UpstreamStatus } from '../../shared/model.ts';
import type { Log } from '../lib/log.ts';
import type { NewUpstream } from './upstreams.ts';

export type Discovery = {
  readonly detect: () => Promise<DetectedServer[]>;
  /** Adds what is found, if there is no upstream but the stand-in. */
  readonly adopt: () => Promise<void>;
};

export type DiscoveryPorts = {
  readonly search: () => Promise<readonly Omit<DetectedServer, 'added'>[]>;
  readonly upstreams: {
    readonly statuses: () => readonly UpstreamStatus[];
    readonly add: (input: NewUpstream) => Promise<UpstreamStatus>;
  };
  readonly log: Log;
};

export function createDiscovery({ search, upstreams, log }: DiscoveryPorts): Discovery {
  return {
    async detect() {
      const found = await search();
      const known = new Set(upstreams.statuses().map(({ url }) => url));
      return found.map((server) => ({ ...server, added: known.has(server.url) }));
    },
    async adopt() {
      if (upstreams.statuses().some(({ kind }) => kind !== 'echo')) return;
      for (const { url, kind } of await search()) {
        const { name } = await upstreams.add({ url, kind, confirm: false });
        log.info('found a model server and put the gateway in front of it', { name, url });
      }
    },
  };
}

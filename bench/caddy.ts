// Caddy with a bearer check: keys in a header matcher, every write flushed at once, connections to the upstream kept.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child } from './children.ts';
import { freePort, untilListening } from './free-port.ts';
import type { InFront } from './nginx.ts';

export async function startCaddy(program: string, ground: InFront): Promise<Child & { readonly port: number }> {
  const port = await freePort();
  const folder = join(ground.tempDir, `caddy-${port}`);
  mkdirSync(folder);
  const file = join(folder, 'caddy.json');
  writeFileSync(file, JSON.stringify(configOf(port, ground)));
  const child = ground.children.start(program, ['run', '--config', file], {
    env: { HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    cwd: folder,
  });
  await Promise.race([untilListening(port), child.firstLine]);
  return { ...child, port };
}

function configOf(port: number, { upstreamPort, keys }: InFront): unknown {
  const forward = {
    handler: 'reverse_proxy',
    upstreams: [{ dial: `127.0.0.1:${upstreamPort}` }],
    flush_interval: -1,
    headers: { request: { delete: ['Authorization'] } },
    transport: { protocol: 'http', keep_alive: { max_idle_conns_per_host: 64 } },
  };
  const server = {
    listen: [`127.0.0.1:${port}`],
    automatic_https: { disable: true },
    routes: [
      { match: [{ header: { Authorization: keys.map((key) => `Bearer ${key}`) } }], handle: [forward] },
      { handle: [{ handler: 'static_response', status_code: 401 }] },
    ],
  };
  return {
    admin: { disabled: true, config: { persist: false } },
    logging: { logs: { default: { level: 'ERROR' } } },
    apps: { http: { servers: { gate: server } } },
  };
}

// nginx with a bearer check, as a careful person would set it up in front of a model server: keys in a map, no buffering,
// connections to the upstream kept. One worker, as Keyhatch is one process.

import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Child, Children } from './children.ts';
import { freePort, untilListening } from './free-port.ts';

export type InFront = {
  readonly children: Children;
  readonly upstreamPort: number;
  readonly tempDir: string;
  readonly keys: readonly string[];
};

const nobody = 65_534;

export async function startNginx(program: string, ground: InFront): Promise<Child & { readonly port: number }> {
  const port = await freePort();
  const folder = join(ground.tempDir, `nginx-${port}`);
  mkdirSync(folder);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, configOf(port, folder, ground));
  const uid = process.getuid?.() === 0 ? nobody : undefined;
  if (uid !== undefined) for (const path of [folder, file]) chownSync(path, uid, uid);
  const child = ground.children.start(program, ['-p', folder, '-c', file, '-e', 'stderr'], {
    env: {},
    cwd: folder,
    uid,
  });
  await Promise.race([untilListening(port), child.firstLine]);
  return { ...child, port };
}

function configOf(port: number, folder: string, { upstreamPort, keys }: InFront): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `  ${name}_temp_path ${folder}/${name};`,
  );
  return `daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log stderr error;
events { worker_connections 8192; }
http {
${temp.join('\n')}
  access_log off;
  map_hash_max_size 4096;
  map_hash_bucket_size 128;
  map $http_authorization $known {
    default 0;
${keys.map((key) => `    "Bearer ${key}" 1;`).join('\n')}
  }
  upstream models {
    server 127.0.0.1:${upstreamPort};
    keepalive 64;
    keepalive_requests 100000000;
  }
  server {
    listen 127.0.0.1:${port} backlog=1024;
    keepalive_requests 100000000;
    location / {
      if ($known = 0) { return 401; }
      proxy_pass http://models;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Authorization "";
      proxy_buffering off;
      proxy_read_timeout 600s;
    }
  }
}
`;
}

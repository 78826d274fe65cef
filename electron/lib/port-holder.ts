// Says which program holds a port, where the system lets us know, so that "port taken" can name the culprit. Best effort:
// never fails, never takes longer than a second.

import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { basename } from 'node:path';

/** @returns a program's name and process id in words, or undefined when it cannot be known */
export async function findPortHolder(port: number): Promise<string | undefined> {
  try {
    return process.platform === 'linux'
      ? await onLinux(port)
      : process.platform === 'darwin'
        ? await byLsof(port)
        : undefined;
  } catch {
    return undefined;
  }
}

const listening = '0A';

async function onLinux(port: number): Promise<string | undefined> {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['/proc/net/tcp', '/proc/net/tcp6'].map((file) => readFile(file, 'utf8').catch(() => '')),
  );
  const inodes = new Set<string>();
  for (const line of tables.join('\n').split('\n')) {
    const fields = line.trim().split(/\s+/);
    if (fields[1]?.endsWith(`:${hexPort}`) && fields[3] === listening && fields[9]) inodes.add(`socket:[${fields[9]}]`);
  }
  if (inodes.size === 0) return undefined;
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    if (await holdsOne(pid, inodes)) return `${await programOf(pid)} (process ${pid})`;
  }
  return undefined;
}

// By its file: the name in `comm` is that of its first thread, which Node calls MainThread.
async function programOf(pid: string): Promise<string> {
  const file = await readlink(`/proc/${pid}/exe`).catch(() => undefined);
  return file === undefined
    ? (await readFile(`/proc/${pid}/comm`, 'utf8')).trim()
    : basename(file.replace(/ \(deleted\)$/, ''));
}

async function holdsOne(pid: string, sockets: ReadonlySet<string>): Promise<boolean> {
  const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
  return targets.some((target) => sockets.has(target));
}

function byLsof(port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(
      '/usr/sbin/lsof',
      ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-Fpc'],
      { timeout: 1000 },
      (_error, stdout) => {
        const pid = /^p(\d+)$/m.exec(stdout)?.[1];
        const name = /^c(.+)$/m.exec(stdout)?.[1];
        resolve(pid && name ? `${name} (process ${pid})` : undefined);
      },
    );
  });
}

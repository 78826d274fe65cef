// Whether the system's own firewall is likely to keep other devices out, as far as files that everybody may read tell. Runs
// no program, asks for no rights, and takes a second at most; what it cannot read it does not claim.

import { readFile } from 'node:fs/promises';

export type FirewallHint =
  | { readonly likely: 'nothing' }
  /** It is on and lets in only what it was told of. */
  | { readonly likely: 'blocks'; readonly by: 'ufw' | 'firewalld' | 'nftables' }
  /** It asks a person once, when the first device knocks. */
  | { readonly likely: 'asks'; readonly by: 'macOS' | 'Windows' };

const readTimeoutMs = 1_000;

/** @param read a file's text, or undefined where it cannot be read */
export async function firewallHint(
  platform: NodeJS.Platform = process.platform,
  read: (file: string) => Promise<string | undefined> = readSmallFile,
): Promise<FirewallHint> {
  if (platform === 'darwin') return { likely: 'asks', by: 'macOS' };
  if (platform === 'win32') return { likely: 'asks', by: 'Windows' };
  if (platform !== 'linux') return { likely: 'nothing' };
  const [ufw, ufwDefaults, firewalld, nftables, nftablesUnit] = await Promise.all([
    read('/etc/ufw/ufw.conf'),
    read('/etc/default/ufw'),
    // Its own folder is closed to others; that it runs is told by the list of its processes.
    read('/sys/fs/cgroup/system.slice/firewalld.service/cgroup.procs'),
    read('/etc/nftables.conf'),
    read('/etc/systemd/system/sysinit.target.wants/nftables.service'),
  ]);
  if (
    /^\s*ENABLED\s*=\s*"?yes/im.test(ufw ?? '') &&
    !/^\s*DEFAULT_INPUT_POLICY\s*=\s*"?ACCEPT/im.test(ufwDefaults ?? '')
  )
    return { likely: 'blocks', by: 'ufw' };
  if (/\d/.test(firewalld ?? '')) return { likely: 'blocks', by: 'firewalld' };
  const drops = /hook\s+input\b[^}]*\bpolicy\s+drop\b/.test((nftables ?? '').replace(/#.*$/gm, ''));
  return drops && nftablesUnit !== undefined ? { likely: 'blocks', by: 'nftables' } : { likely: 'nothing' };
}

function readSmallFile(file: string): Promise<string | undefined> {
  return readFile(file, { encoding: 'utf8', signal: AbortSignal.timeout(readTimeoutMs) }).catch(() => undefined);
}

// What processes have cost so far: processor time and the most memory they ever held, from Linux's /proc. Elsewhere
// nothing is known, and nothing is made up.

import { readFileSync } from 'node:fs';

export type Cost = { readonly cpuSeconds: number; readonly peakRssMib: number };

/** What USER_HZ is on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** Of a process and its children together; undefined where it cannot be known. */
export function costOf(pid: number): Cost | undefined {
  try {
    const costs = [pid, ...childrenOf(pid)].map(oneCost);
    return {
      cpuSeconds: costs.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0),
      peakRssMib: costs.reduce((sum, { peakRssMib }) => sum + peakRssMib, 0),
    };
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const children = listed === '' ? [] : listed.split(' ').map(Number);
  return children.flatMap((child) => [child, ...childrenOf(child)]);
}

function oneCost(pid: number): Cost {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // A program's name may hold spaces and brackets, so that fields are counted from behind it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const peakKib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
    peakRssMib: Number(peakKib ?? 0) / 1024,
  };
}

// What the process itself uses, under the names that every Prometheus client library gives these. Asked when somebody
// reads; runs no timer of its own, which would keep a laptop awake.

import { performance } from 'node:perf_hooks';
import type { Family } from './exposition.ts';

export async function processFamilies(): Promise<readonly Family[]> {
  const lagMs = await eventLoopLagMs();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const one = (name: string, type: 'counter' | 'gauge', help: string, value: number): Family => ({
    ...{ name, type, help },
    samples: [{ suffix: '', labels: '', value }],
  });
  return [
    one('process_cpu_seconds_total', 'counter', 'CPU time used, user and system.', (user + system) / 1e6),
    one('process_resident_memory_bytes', 'gauge', 'Memory held.', rss),
    one('keyhatch_heap_used_bytes', 'gauge', 'Memory in use by JavaScript objects.', heapUsed),
    one('process_start_time_seconds', 'gauge', 'When the process began, Unix time.', performance.timeOrigin / 1000),
    one('keyhatch_event_loop_lag_seconds', 'gauge', 'How long work had to wait for its turn just now.', lagMs / 1000),
    one(
      'keyhatch_event_loop_active_seconds_total',
      'counter',
      'Time in which the main thread was busy; its rate is how busy it is.',
      performance.eventLoopUtilization().active / 1000,
    ),
  ];
}

function eventLoopLagMs(): Promise<number> {
  const asked = performance.now();
  return new Promise((resolve) => setImmediate(() => resolve(performance.now() - asked)));
}

// The load generator, a process of its own: does one job at a time for whoever started it, over Node's channel. Looks at
// every answer: one that is not what was asked for is a failure and no number.

import { runLatency, runRefusals, runThroughput } from './load-requests.ts';
import { runStreams } from './load-streams.ts';
import type { LoadJob, WorkerMessage } from './messages.ts';

const tell = (message: WorkerMessage) => process.send?.(message);

function run(job: LoadJob): Promise<unknown> {
  switch (job.job) {
    case 'latency':
      return runLatency(job);
    case 'throughput':
      return runThroughput(job);
    case 'refusals':
      return runRefusals(job);
    case 'streams':
      return runStreams(job, (note) => tell({ note }));
  }
}

process.on('message', (job: LoadJob) => {
  run(job).then(
    (answer) => tell({ answer }),
    (error: unknown) => tell({ failure: error instanceof Error ? error.message : String(error) }),
  );
});
process.on('disconnect', () => process.exit(0));

// What was asked for on the command line, and how much work that is. Pure.

import { parseArgs } from 'node:util';

export type Measure = 'latency' | 'throughput' | 'streams';
const measures: readonly Measure[] = ['latency', 'throughput', 'streams'];

export type Amounts = {
  readonly keys: number;
  readonly warmUpRequests: number;
  readonly latencyRounds: number;
  readonly latencyRequests: number;
  readonly throughputRounds: number;
  readonly throughputMs: number;
  readonly connections: number;
  readonly streamRounds: number;
  readonly streamCounts: readonly number[];
  /** For which all streams flow. */
  readonly streamSeconds: number;
  readonly refusals: number;
  /** After which everything is given up. */
  readonly deadlineMs: number;
};

export type BenchOptions = {
  readonly quick: boolean;
  readonly does: (measure: Measure) => boolean;
  readonly takesPart: (name: string) => boolean;
  readonly otherBuild: string | undefined;
  readonly profileDir: string | undefined;
  readonly amounts: Amounts;
};

export const usage = `node bench/run.ts [--quick] [--only ${measures.join('|')}] [--contestants a,b] [--other FILE] [--profile DIR]

  --quick        few rounds, about a minute
  --only         one of the measures
  --contestants  some of direct, library, keyhatch, other, nginx, caddy
  --other        another build's keyhatch.js, measured beside this one as "other"
  --profile      writes a CPU profile of each Node contestant into this folder (and makes them slower)
`;

const full: Amounts = {
  keys: 500,
  warmUpRequests: 3000,
  latencyRounds: 10,
  latencyRequests: 1000,
  throughputRounds: 7,
  throughputMs: 2000,
  connections: 32,
  streamRounds: 2,
  streamCounts: [200, 1000],
  streamSeconds: 10,
  refusals: 1000,
  deadlineMs: 15 * 60_000,
};

const quick: Amounts = {
  ...full,
  warmUpRequests: 1000,
  latencyRounds: 3,
  latencyRequests: 500,
  throughputRounds: 2,
  throughputMs: 1000,
  streamRounds: 1,
  streamSeconds: 2,
  deadlineMs: 4 * 60_000,
};

/** @throws Error when the words make no sense */
export function readBenchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      contestants: { type: 'string' },
      other: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const only = values.only;
  if (only !== undefined && !measures.some((measure) => measure === only))
    throw new Error(`--only is one of ${measures.join(', ')}`);
  const names = values.contestants?.split(',');
  return {
    quick: values.quick,
    does: (measure) => only === undefined || measure === only,
    takesPart: (name) => names === undefined || names.includes(name),
    otherBuild: values.other,
    profileDir: values.profile,
    amounts: values.quick ? quick : full,
  };
}

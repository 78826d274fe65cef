// What the benchmark's processes tell each other over Node's own channel. Types only.

/** Length and CRC-32 of one stream's body. */
export type StreamSum = { readonly id: string; readonly bytes: number; readonly crc: number };

/** `gather`: let streams wait until there are so many, so that all of them flow at the same time. */
export type UpstreamQuestion =
  | { readonly ask: 'port' }
  | { readonly ask: 'gather'; readonly streams: number }
  | { readonly ask: 'sums' };
export type UpstreamAnswer = { readonly port: number } | { readonly sums: readonly StreamSum[] };

export type Target = {
  readonly port: number;
  readonly key: string | undefined;
  /** Where there are several, requests take them in turns. */
  readonly keys?: readonly string[];
  /** Authority of the target, as PEM: with it connections are encrypted. */
  readonly ca?: string;
};

export type LatencyJob = { readonly job: 'latency'; readonly target: Target; readonly requests: number };
export type LatencyResult = { readonly p50Us: number; readonly p99Us: number };

export type ThroughputJob = {
  readonly job: 'throughput';
  readonly target: Target;
  readonly connections: number;
  readonly durationMs: number;
};
export type ThroughputResult = { readonly perSecond: number; readonly answers: number };

/** The same refusal for several keys, asked in turns. */
export type RefusalJob = {
  readonly job: 'refusals';
  readonly port: number;
  readonly keys: readonly string[];
  readonly requests: number;
};
export type RefusalResult = { readonly p50Us: readonly number[] };

export type StreamsJob = {
  readonly job: 'streams';
  readonly target: Target;
  /** Unique in the run: streams are called `<name>-<n>`. */
  readonly name: string;
  readonly streams: number;
  readonly eventsEach: number;
  readonly timeoutMs: number;
};
/** Told while it runs: every stream has had its first event; the first has had its last. */
export type StreamsNote = { readonly at: 'flowing' | 'ending'; readonly events: number };
export type StreamsResult = {
  readonly sums: readonly StreamSum[];
  /** Streams that were refused or cut. */
  readonly failed: number;
  readonly firstFailure: string | null;
  readonly delayP50Us: number;
  readonly delayP99Us: number;
};

export type LoadJob = LatencyJob | ThroughputJob | RefusalJob | StreamsJob;

/** From a worker to the one that asked. */
export type WorkerMessage = { readonly answer: unknown } | { readonly note: unknown } | { readonly failure: string };

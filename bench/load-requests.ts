// Jobs of the load generator that ask for whole answers: one connection for latency, many for throughput, and refusals in
// turns. Each connection has one request under way at a time, as an SDK's does.

import { type ClientConnection, openConnection } from './client-connection.ts';
import type {
  LatencyJob,
  LatencyResult,
  RefusalJob,
  RefusalResult,
  Target,
  ThroughputJob,
  ThroughputResult,
} from './messages.ts';
import { quantile } from './statistics.ts';
import { chatAnswer, chatRequest } from './stream-script.ts';

type Expected = { readonly status: number; readonly body: Buffer | undefined };

/**
 * Asks over one connection, again and again.
 * @param next the request to send, or undefined to stop; called once before each
 * @param onTime told how long each took, in microseconds
 */
function askInTurn(
  { port, ca }: Pick<Target, 'port' | 'ca'>,
  expected: Expected,
  next: () => Buffer | undefined,
  onTime: (us: number) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let status = 0;
    let body = Buffer.alloc(0);
    let sentAt = 0;

    function sendNext(): void {
      const request = next();
      if (request === undefined) {
        connection.close();
        resolve();
        return;
      }
      sentAt = performance.now();
      connection.send(request);
    }

    function fail(reason: string): void {
      connection.close();
      reject(new Error(reason));
    }

    const connection: ClientConnection = openConnection(
      port,
      {
        onHead(got) {
          status = got;
          body = Buffer.alloc(0);
        },
        onBody(bytes, from, to) {
          const part = bytes.subarray(from, to);
          body = body.length === 0 ? Buffer.from(part) : Buffer.concat([body, part]);
        },
        onEnd() {
          const tookUs = (performance.now() - sentAt) * 1000;
          if (status !== expected.status) return fail(`status ${status}: ${body.toString('utf8').slice(0, 200)}`);
          if (expected.body && !body.equals(expected.body)) return fail('an answer was changed on the way');
          onTime(tookUs);
          sendNext();
        },
        onLost: (reason) => reject(new Error(reason)),
      },
      ca,
    );
    sendNext();
  });
}

const answered: Expected = { status: 200, body: chatAnswer };

export async function runLatency({ target, requests }: LatencyJob): Promise<LatencyResult> {
  const request = chatRequest(target.port, target.key);
  const times: number[] = [];
  let left = requests;
  const next = () => (left-- > 0 ? request : undefined);
  await askInTurn(target, answered, next, (us) => times.push(us));
  return { p50Us: quantile(times, 0.5), p99Us: quantile(times, 0.99) };
}

export async function runThroughput({ target, connections, durationMs }: ThroughputJob): Promise<ThroughputResult> {
  const requests = (target.keys ?? [target.key]).map((key) => chatRequest(target.port, key));
  let sent = 0;
  const startedAt = performance.now();
  const until = startedAt + durationMs;
  let answers = 0;
  const next = () => (performance.now() < until ? requests[sent++ % requests.length] : undefined);
  const ask = () => askInTurn(target, answered, next, () => answers++);
  await Promise.all(Array.from({ length: connections }, ask));
  return { perSecond: (answers * 1000) / (performance.now() - startedAt), answers };
}

export async function runRefusals({ port, keys, requests }: RefusalJob): Promise<RefusalResult> {
  const asked = keys.map((key) => chatRequest(port, key));
  const times = keys.map(() => [] as number[]);
  const total = requests * keys.length;
  let sent = 0;
  let answers = 0;
  const next = () => (sent < total ? asked[sent++ % keys.length] : undefined);
  const onTime = (us: number) => times[answers++ % keys.length]?.push(us);
  await askInTurn({ port }, { status: 401, body: undefined }, next, onTime);
  return { p50Us: times.map((all) => quantile(all, 0.5)) };
}

// Puts a journal in front of a server that keeps none: what each request asked, and every byte that was answered.

import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export type KeptAnswer = { readonly path: string; readonly asked: string; readonly answered: string };

export type KeptAnswers = {
  readonly url: string;
  /** In the order in which they ended. */
  readonly journal: readonly KeptAnswer[];
  readonly close: () => Promise<void>;
};

/** Serves what `listener` answers on port 0 of 127.0.0.1. */
export async function keepAnswersOf(listener: RequestListener): Promise<KeptAnswers> {
  const journal: KeptAnswer[] = [];
  const server = createServer((req, res) => {
    const [asked, answered]: [Buffer[], Buffer[]] = [[], []];
    req.on('data', (chunk: Buffer) => asked.push(chunk));
    const keep = (chunk: unknown) => {
      if (typeof chunk === 'string' || Buffer.isBuffer(chunk)) answered.push(Buffer.from(chunk as string));
    };
    const [write, end] = [res.write.bind(res), res.end.bind(res)] as [typeof res.write, typeof res.end];
    res.write = ((chunk: unknown, ...rest: never[]) => {
      keep(chunk);
      return write(chunk, ...rest);
    }) as typeof res.write;
    res.end = ((chunk: unknown, ...rest: never[]) => {
      keep(chunk);
      return (end as (chunk: unknown, ...rest: unknown[]) => typeof res)(chunk, ...rest);
    }) as typeof res.end;
    res.once('finish', () =>
      journal.push({
        path: req.url ?? '',
        asked: Buffer.concat(asked).toString('utf8'),
        answered: Buffer.concat(answered).toString('utf8'),
      }),
    );
    listener(req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    journal,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

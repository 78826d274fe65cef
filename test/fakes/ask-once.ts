// A program of its own: one GET, told on stdin as JSON, its answer on stdout as JSON. For clients in another network.

import { get as getPlain } from 'node:http';
import { get as getSecure } from 'node:https';
import { text } from 'node:stream/consumers';
import type { MachineAnswer, MachineRequest } from './two-machines.ts';

const timeoutMs = 5_000;

const { url, headers = {}, ca } = JSON.parse(await text(process.stdin)) as MachineRequest;
const answer = await new Promise<MachineAnswer>((resolve) => {
  const fail = (error: Error) => resolve({ status: 0, headers: {}, text: error.message });
  const get = url.startsWith('https:') ? getSecure : getPlain;
  const request = get(
    url,
    { headers, agent: false, timeout: timeoutMs, ...(ca === undefined ? {} : { ca }) },
    (came) => {
      const said = Object.fromEntries(Object.entries(came.headers).map(([name, value]) => [name, String(value)]));
      text(came).then((body) => resolve({ status: came.statusCode ?? 0, headers: said, text: body }), fail);
    },
  );
  request.once('timeout', () => request.destroy(new Error('nobody answered')));
  request.once('error', fail);
});
process.stdout.write(JSON.stringify(answer));

// The metrics where the dashboard is open to a network: whoever asks is where their socket is, and what a key may from there
// is what it may at the gateway.

import { request as httpsRequest } from 'node:https';
import { expect, test } from 'vitest';
import { makePeopleBed } from '../../fakes/people-bed.ts';
import { lanAddress } from '../../fakes/ways-bed.ts';

type Read = { readonly status: number; readonly text: string };

/** Asks over an own address of this machine that is not its loopback one, so both ends are in the network; the name says else. */
function readAt(host: string, port: number, ca: string, key: string): Promise<Read> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${key}`, host: `localhost:${port}` };
    const name = { servername: 'localhost', headers };
    const request = httpsRequest({ host, port, path: '/metrics', ca, agent: false, ...name });
    request.once('error', reject);
    request.once('response', async (response) => {
      let text = '';
      for await (const chunk of response) text += chunk;
      resolve({ status: response.statusCode ?? 0, text });
    });
    request.end();
  });
}

const lan = lanAddress() ?? '';

test.runIf(lan !== '')('a key for this computer and a weak one read nothing from a network, others do', async () => {
  const bed = await makePeopleBed();
  await bed.makeOwner();
  await bed.machine.settings.set({ name: 'dashboard.hosts', value: ['127.0.0.1', lan] });
  const port = Number(new URL(bed.house.status().dashboard.secureUrl ?? '').port);
  const { caPem } = await bed.machine.tls.get();
  const make = (name: string, networks: string[]) =>
    bed.machine.keys.create({ name, policy: { operations: ['metrics'], networks } });
  const [here, there] = [await make('here', ['this-computer']), await make('there', [lan])];
  await bed.machine.keys.import({ text: 'old,0400' });
  await bed.machine.keys.edit({ ref: 'old', policy: { operations: ['metrics'] } });
  const read = (key: string) => readAt(lan, port, caPem ?? '', key);
  expect(await read(here.key)).toMatchObject({ status: 403, text: expect.stringContaining(lan) });
  expect(await read('0400')).toMatchObject({ status: 403, text: expect.stringContaining('too short to be safe') });
  expect(await read(there.key)).toMatchObject({ status: 200, text: expect.stringContaining('keyhatch_build_info') });
  // To this computer it is the other way round.
  const statusHere = async (key: string) =>
    (await fetch(`${bed.url}/metrics`, { headers: { authorization: `Bearer ${key}` } })).status;
  expect([await statusHere(here.key), await statusHere('0400'), await statusHere(there.key)]).toEqual([200, 200, 403]);
});

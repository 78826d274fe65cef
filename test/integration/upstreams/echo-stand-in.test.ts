// The echo model where nothing else answers: it stays beside a model server that does not, serves nobody's model but its
// own, and goes when one answers.

import { expect, onTestFinished, test } from 'vitest';
import type { House } from '../../../electron/shell.ts';
import { composeHouse } from '../../fakes/composed-house.ts';
import { freePort } from '../../fakes/free-port.ts';
import { clientOf } from '../../fakes/house-client.ts';
import { startFakeModelServer } from '../../fakes/model-servers.ts';

async function asking(house: House) {
  const { key } = await clientOf(house).keys.create({ name: 'laptop' });
  const url = house.status().server.urls[0];
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  return {
    models: async () => {
      const answer = (await (await fetch(`${url}/v1/models`, { headers })).json()) as { data: { id: string }[] };
      return answer.data.map(({ id }) => id);
    },
    chat: async (model: string) => {
      const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
      const response = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers, body });
      return [response.status, response.headers.get('x-keyhatch-error')];
    },
  };
}

test('it stays beside a server that does not answer, and goes once it does', async () => {
  const { house } = await composeHouse({ echo: 'stand-in' });
  const machine = clientOf(house);
  const { chat, models } = await asking(house);
  const port = await freePort();
  const added = await machine.upstreams.add({ url: `http://127.0.0.1:${port}`, kind: 'vllm', name: 'Box' });
  expect(added.health).toBe('down');
  expect(house.status().upstreams.map(({ name, isDefault }) => [name, isDefault])).toEqual([
    ['Box', true],
    ['Echo', false],
  ]);
  expect(await chat('echo')).toEqual([200, null]);
  // A model of the dead server is not echoed: whoever asks for it is told.
  expect(await chat('qwen3-8b')).toEqual([502, 'upstream_unreachable']);

  const server = await startFakeModelServer('vllm', { port, models: ['qwen3-8b'] });
  onTestFinished(server.close);
  const healthOf = async () => (await machine.upstreams.test({ ref: 'Box' })).health;
  await expect.poll(healthOf).toBe('up');
  expect(house.status().upstreams.map(({ name }) => name)).toEqual(['Box']);
  expect(await models()).toEqual(['qwen3-8b']);

  // Found once, it is not stood in for when it goes away again.
  await server.close();
  await expect.poll(healthOf).toBe('down');
  expect(house.status().upstreams.map(({ name }) => name)).toEqual(['Box']);
  await machine.upstreams.remove({ ref: 'Box' });
  expect(house.status().upstreams.map(({ name }) => name)).toEqual(['Echo']);
  expect(await chat('echo')).toEqual([200, null]);
});

test('the same beside a server that was given for this run', async () => {
  const port = await freePort();
  const { house } = await composeHouse({
    echo: 'stand-in',
    upstreams: [`http://127.0.0.1:${port}`],
  });
  const { chat } = await asking(house);
  expect(house.status().upstreams.map(({ kind }) => kind)).toEqual(['unknown', 'echo']);
  expect(await chat('echo')).toEqual([200, null]);
});

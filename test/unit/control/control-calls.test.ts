// Calls of the contract over the control socket: what goes in, what comes out, what goes wrong, and how they end.

import { implement } from '@orpc/server';
import { expect, test } from 'vitest';
import { connectControl } from '../../../electron/control/control-client.ts';
import { contract } from '../../../shared/contract.ts';
import { KeyhatchError } from '../../../shared/errors.ts';
import { keyhatch } from '../cli/captured-cli.ts';
import { laptop, running } from '../cli/fake-instance.ts';
import { createControlFixture } from './control-fixture.ts';

test('calls-cross-with-input-and-output', async () => {
  const { start, connect, instance } = await createControlFixture();
  await start();
  const client = await connect();
  expect(await client.status.get()).toEqual(running);
  expect(await client.keys.get({ ref: 'laptop' })).toEqual(laptop);
  expect(instance.calls).toContainEqual({ path: 'keys.get', input: { ref: 'laptop' } });
});

test('many-calls-at-once-each-get-their-own-answer', async () => {
  const { start, connect } = await createControlFixture();
  await start();
  const client = await connect();
  const names = Array.from({ length: 20 }, (_, i) => `key ${i}`);
  const created = await Promise.all(names.map((name) => client.keys.create({ name })));
  expect(created.map((answer) => answer.facts.name)).toEqual(names);
});

test('errors-cross-intact', async () => {
  const { start, connect } = await createControlFixture();
  await start();
  const client = await connect();
  const error = await client.keys.pause({ ref: 'nobody' }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KeyhatchError);
  expect(error).toMatchObject({ code: 'key_not_found', status: 404, details: { ref: 'nobody' } });
  expect((error as Error).message).toContain('no key with the name or id "nobody"');
  await expect(client.keys.get({ ref: '' })).rejects.toMatchObject({ code: 'input_invalid', status: 400 });
});

test('a-bug-is-logged-and-only-its-id-crosses', async () => {
  const { start, connect, instance } = await createControlFixture();
  const logged: unknown[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (message: string, fields = {}) => logged.push({ message, fields }),
  };
  const detect = {
    run: implement(contract).detect.run.handler(() => {
      throw new TypeError('x is not a function');
    }),
  };
  await start({ router: { ...instance.router, detect }, log });
  const error = await (await connect()).detect.run().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'internal', status: 500 });
  expect((error as Error).message).not.toContain('not a function');
  const { id } = (error as KeyhatchError).details;
  expect(logged).toEqual([expect.objectContaining({ fields: expect.objectContaining({ id, call: 'detect.run' }) })]);
});

test('a-call-over-4-mib-is-refused-and-the-instance-goes-on', async () => {
  const { start, connect } = await createControlFixture();
  await start();
  const client = await connect();
  const mebibytes = (count: number) => 'x'.repeat(count * 1024 * 1024);
  const error = await client.settings
    .set({ name: 'cors.mode', value: mebibytes(5) })
    .catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'control_refused', message: expect.stringContaining('4 MiB') });
  expect(await client.settings.set({ name: 'cors.mode', value: mebibytes(3) })).toMatchObject({ value: mebibytes(3) });
});

test('an-aborted-call-ends-on-both-sides', async () => {
  const { start, connect, instance } = await createControlFixture();
  const started = Promise.withResolvers<void>();
  const ended = Promise.withResolvers<void>();
  const doctor = {
    run: implement(contract).doctor.run.handler(async ({ signal }) => {
      started.resolve();
      await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
      ended.resolve();
      return [];
    }),
  };
  await start({ router: { ...instance.router, doctor } });
  const client = await connect();
  const controller = new AbortController();
  const aborted = expect(client.doctor.run(undefined, { signal: controller.signal })).rejects.toMatchObject({
    name: 'AbortError',
  });
  await started.promise;
  controller.abort();
  await aborted;
  await ended.promise;
  expect(await client.status.get()).toEqual(running);
});

test('a-stream-goes-on-for-longer-than-a-session-may-be-idle', async () => {
  const { start, connect, instance } = await createControlFixture();
  let now = 0;
  const goOn = Promise.withResolvers<void>();
  const changes = {
    watch: implement(contract).changes.watch.handler(async function* () {
      yield { type: 'ready' as const };
      await goOn.promise;
      yield { type: 'beat' as const };
    }),
  };
  await start({ router: { ...instance.router, changes }, clock: { now: () => now, monotonic: () => now } });
  const client = await connect();
  const events = await client.changes.watch();
  expect((await events.next()).value).toEqual({ type: 'ready' });
  now += 24 * 3_600_000;
  expect(await client.status.get()).toEqual(running);
  goOn.resolve();
  expect((await events.next()).value).toEqual({ type: 'beat' });
  expect((await events.next()).done).toBe(true);
});

test('a-running-call-may-end-while-the-instance-closes', async () => {
  const { start, connect, instance } = await createControlFixture();
  const started = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const status = {
    get: implement(contract).status.get.handler(async () => {
      started.resolve();
      await goOn.promise;
      return running;
    }),
  };
  const server = await start({ router: { ...instance.router, status } });
  const call = (await connect()).status.get();
  await started.promise;
  const closed = server.close();
  goOn.resolve();
  expect(await call).toEqual(running);
  await closed;
});

test('the-command-line-reaches-a-running-instance-and-tells-its-errors', async () => {
  const { dataDir, start } = await createControlFixture();
  await start();
  const io = { connect: (dir: string) => connectControl({ dataDir: dir }) };
  const good = await keyhatch(['keys', 'show', 'laptop', '--json', '--data-dir', dataDir], { io });
  expect(good.code).toBe(0);
  expect(JSON.parse(good.out)).toEqual(laptop);
  const bad = await keyhatch(['keys', 'show', 'nobody', '--data-dir', dataDir], { io });
  expect(bad).toMatchObject({
    code: 1,
    err: 'There is no key with the name or id "nobody". See: keyhatch keys list\n',
  });
});

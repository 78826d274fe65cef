// Errors on the wire: what is expected crosses whole, what is not crosses as an id.

import { createRouterClient, implement, ORPCError } from '@orpc/server';
import { expect, test } from 'vitest';
import { contract } from '../../../shared/contract.ts';
import { errorsFromWire, errorsToWire } from '../../../shared/error-wire.ts';
import { errorCatalogue, KeyhatchError } from '../../../shared/errors.ts';
import { createFakeInstance, running } from '../cli/fake-instance.ts';

function statusClient(answer: () => typeof running) {
  const logged: { message: string; fields: Readonly<Record<string, unknown>> }[] = [];
  const log = {
    error: (message: string, fields: Readonly<Record<string, unknown>>) => logged.push({ message, fields }),
  };
  const router = { get: implement(contract).status.get.handler(answer) };
  const client = createRouterClient(router, { interceptors: [errorsFromWire(), errorsToWire(log)] });
  return { client, logged };
}

test('expected-errors-cross-in-process-with-code-message-details-and-status', async () => {
  const { client } = createFakeInstance();
  const error = await client.keys.get({ ref: 'nobody' }).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(KeyhatchError);
  expect(error).toMatchObject({ code: 'key_not_found', status: 404, details: { ref: 'nobody' } });
  expect((error as Error).message).toBe('There is no key with the name or id "nobody". See: keyhatch keys list');
});

test('every-code-of-the-catalogue-survives-the-crossing', async () => {
  for (const code of Object.keys(errorCatalogue) as (keyof typeof errorCatalogue)[]) {
    const sent = new KeyhatchError(code, { details: { name: 'n', limit: 3 } });
    const { client } = statusClient(() => {
      throw sent;
    });
    const got = await client.get().catch((caught: unknown) => caught);
    expect(got).toBeInstanceOf(KeyhatchError);
    expect(got).toMatchObject({ code, status: sent.status, message: sent.message, details: sent.details });
  }
});

test('a-bug-crosses-as-an-id-and-is-logged-with-its-stack', async () => {
  const bug = new Error('password=hunter22 at line 7');
  const { client, logged } = statusClient(() => {
    throw bug;
  });
  const error = await client.get().catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'internal', status: 500 });
  const id = (error as KeyhatchError).details.id;
  expect(id).toMatch(/^[a-z0-9]{8}$/);
  expect((error as Error).message).not.toContain('hunter22');
  expect(logged).toHaveLength(1);
  expect(logged[0]?.fields).toMatchObject({ id, error: bug });
});

test('an-answer-that-breaks-the-contract-is-a-bug', async () => {
  const { client, logged } = statusClient(() => ({ ...running, pid: 1.5 }));
  await expect(client.get()).rejects.toMatchObject({ code: 'internal' });
  expect(logged[0]?.fields.issues).toEqual([expect.stringContaining('pid: ')]);
});

test('invalid-input-is-told-by-path-and-reason-without-a-double-full-stop', async () => {
  const { client } = createFakeInstance();
  const error = await client.keys.create({ name: '' }).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'input_invalid', status: 400 });
  expect((error as Error).message).toMatch(/^name: [^.]+\.$/);
});

test('an-error-of-another-version-is-told-by-its-message', async () => {
  const { client } = statusClient(() => {
    throw new ORPCError('NEW_CODE', {
      status: 409,
      message: 'It is Tuesday.',
      data: { code: 'new_code', details: {} },
    });
  });
  await expect(client.get()).rejects.toMatchObject({
    code: 'control_refused',
    message: 'The running Keyhatch did not accept this program: It is Tuesday.',
  });
});

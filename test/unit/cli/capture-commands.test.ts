// `keyhatch capture …` and the mark in `keyhatch status`: what is asked of the instance and what is said about it.

import { expect, test } from 'vitest';
import { keyhatch } from './captured-cli.ts';
import { hour, laptop, now, running } from './fake-instance.ts';

test('start asks for an hour unless told, says what is on and when it ends', async () => {
  const { code, out, calls } = await keyhatch(['capture', 'start', 'laptop']);
  expect(code).toBe(0);
  expect(calls[0]).toEqual({ path: 'capture.start', input: { ref: 'laptop', forMs: hour } });
  expect(out).toContain('Capturing prompts and answers of laptop, ends in 1 h');
  expect(out).toContain('200.0 MiB, 7 days');
  const told = await keyhatch(['capture', 'start', laptop.id, '--for', '7d']);
  expect(told.calls[0]).toMatchObject({ input: { ref: laptop.id, forMs: 168 * hour } });
});

test.each(['8d', '0s', 'soon'])('start does not take --for %s', async (length) => {
  const { code, calls } = await keyhatch(['capture', 'start', 'laptop', '--for', length]);
  expect(code).toBe(2);
  expect(calls).toEqual([]);
});

test('stop and status say that nothing is captured, and what is kept', async () => {
  for (const argv of [['stop', 'laptop'], ['status']]) {
    const { out } = await keyhatch(['capture', ...argv]);
    expect(out).toContain('No key is being captured.');
    expect(out).toContain('3 requests');
  }
});

test('wipe asks first where somebody can answer, and not with --yes', async () => {
  const refused = await keyhatch(['capture', 'wipe'], { stdin: 'n\n', terminal: true });
  expect(refused.calls.map(({ path }) => path)).not.toContain('capture.wipe');
  const done = await keyhatch(['capture', 'wipe', '--yes']);
  expect(done.calls).toEqual([{ path: 'capture.wipe', input: undefined }]);
  expect(done.out).toBe('Wiped what 3 captured requests said.\n');
});

test('status shows the mark and why nothing is kept all the same', async () => {
  const on = [{ keyId: laptop.id, keyName: 'laptop', until: now + hour }];
  const status = { ...running, capture: { on, problem: 'The vault is locked.' } };
  const { out } = await keyhatch(['status'], { stubs: { status } });
  expect(out).toContain('● Capturing prompts and answers of laptop, ends in 1 h');
  expect(out).toContain('! The vault is locked.');
  expect((await keyhatch(['status'])).out).not.toContain('Capturing');
});

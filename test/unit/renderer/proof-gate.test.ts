// Calls that need a fresh proof: one question for all of them, and each is made once more, or fails as it did.

import { expect, test } from 'vitest';
import { createProofGate } from '../../../renderer/api/proof-gate.ts';
import { KeyhatchError } from '../../../shared/errors.ts';

/** A call that wants a proof the first time. */
function provedCall() {
  const answers = [
    () => Promise.reject(new KeyhatchError('proof_required')),
    () => Promise.resolve('done'),
  ] as (() => Promise<string>)[];
  const made: string[] = [];
  const next = () => {
    made.push('call');
    return answers.shift()?.() ?? Promise.reject(new Error('made a third time'));
  };
  return { next, made };
}

test('a call that needs a proof waits for it and is made once more', async () => {
  const gate = createProofGate();
  const call = provedCall();
  const answer = gate.through(call);
  await expect.poll(gate.asked).toBe(true);
  gate.settle(true);
  await expect(answer).resolves.toBe('done');
  expect(call.made).toHaveLength(2);
  expect(gate.asked()).toBe(false);
});

test('several calls at once are one question', async () => {
  const gate = createProofGate();
  const told: boolean[] = [];
  gate.subscribe(() => told.push(gate.asked()));
  const calls = [provedCall(), provedCall()];
  const answers = calls.map((call) => gate.through(call));
  await expect.poll(() => calls.every(({ made }) => made.length === 1)).toBe(true);
  gate.settle(true);
  await expect(Promise.all(answers)).resolves.toEqual(['done', 'done']);
  expect(told).toEqual([true, false]);
});

test('who does not prove it gets what the call failed with', async () => {
  const gate = createProofGate();
  const call = provedCall();
  const answer = gate.through(call);
  await expect.poll(gate.asked).toBe(true);
  gate.settle(false);
  await expect(answer).rejects.toMatchObject({ code: 'proof_required' });
  expect(call.made).toHaveLength(1);
});

test('what fails for another reason asks nobody', async () => {
  const gate = createProofGate();
  const next = () => Promise.reject(new KeyhatchError('not_permitted'));
  await expect(gate.through({ next })).rejects.toMatchObject({ code: 'not_permitted' });
  expect(gate.asked()).toBe(false);
});

// Speeds are the model server's own where it says them, and otherwise told by the clock where that can be.

import { expect, test } from 'vitest';
import type { Forwarded } from '../../../electron/gateway/attempt.ts';
import { speedsOf } from '../../../electron/gateway/speeds.ts';
import type { Tallied } from '../../../electron/gateway/tally/tally.ts';

function forwarded(tallied: Partial<Tallied>, forwardedAt: number | null = 1_000): Forwarded {
  return {
    upstreamId: 'up1',
    status: 200,
    outcome: 'ok',
    errorCode: null,
    errorText: null,
    forwardedAt,
    firstByteAt: 1_400,
    bytesOut: 1,
    recountable: undefined,
    tallied: {
      tokensIn: 300,
      tokensOut: 50,
      tokensCached: null,
      tokensReasoning: null,
      source: 'reported',
      responseId: null,
      firstTokenAt: 1_500,
      lastTokenAt: 2_500,
      streamed: true,
      unmetered: null,
      prefillPerSecond: null,
      outputPerSecond: null,
      ...tallied,
    },
  };
}

test('a stream is timed from forwarded to first token to last', () => {
  expect(speedsOf(forwarded({}))).toEqual({ prefillPerSecond: 600, outputPerSecond: 50 });
});

test('what the model server says of itself goes first', () => {
  const found = speedsOf(forwarded({ prefillPerSecond: 900.5, outputPerSecond: 61 }));
  expect(found).toEqual({ prefillPerSecond: 900.5, outputPerSecond: 61 });
});

test('cached tokens were not read', () => {
  expect(speedsOf(forwarded({ tokensCached: 250 })).prefillPerSecond).toBe(100);
  expect(speedsOf(forwarded({ tokensCached: 300 })).prefillPerSecond).toBeNull();
});

test.each([
  ['an answer in one piece', forwarded({ streamed: false, lastTokenAt: null })],
  ['no token', forwarded({ firstTokenAt: null, lastTokenAt: null })],
  ['no number', forwarded({ tokensIn: null, tokensOut: null })],
  ['no time between', forwarded({ firstTokenAt: 1_000, lastTokenAt: 1_000 })],
  ['nothing forwarded', undefined],
])('%s shows no speed', (_name, end) => {
  expect(speedsOf(end)).toEqual({ prefillPerSecond: null, outputPerSecond: null });
});

test('one token shows how fast the prompt was read and nothing else', () => {
  expect(speedsOf(forwarded({ tokensOut: 1 }))).toEqual({ prefillPerSecond: 600, outputPerSecond: null });
});

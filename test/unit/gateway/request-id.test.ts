// Ids of requests: in the order of time, never the same, and a UUID for whoever wants one.

import { expect, test } from 'vitest';
import { makeRequestId } from '../../../electron/gateway/request-id.ts';

test('is a UUID of version 7 that holds the time', () => {
  const nowMs = 1_760_000_000_123;
  const id = makeRequestId(nowMs + 0.5);
  expect(id).toMatch(/^req_[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(Number.parseInt(id.slice(4, 17).replace('-', ''), 16)).toBe(nowMs);
});

test('grows with time, and differs within a millisecond', () => {
  const nowMs = 1_760_000_000_000;
  expect(makeRequestId(nowMs) < makeRequestId(nowMs + 1)).toBe(true);
  expect(new Set(Array.from({ length: 1000 }, () => makeRequestId(nowMs))).size).toBe(1000);
});

// Equal work: unknown and wrong keys are hashed and compared as often as right ones, so that the time an answer takes tells
// nothing. Counts the calls; `npm run bench` prints the times of refusals.

import { expect, test, vi } from 'vitest';
import { createMemoryVault } from '../../../electron/vault/memory-vault.ts';
import { openVerifierStore } from '../../../electron/vault/verifier-store.ts';
import { makeKey } from '../../../shared/key-format.ts';

const calls = vi.hoisted(() => ({ createHmac: 0, timingSafeEqual: 0 }));

// Two functions of the system's own library, counted and passed on: what is asked is how often they are called.
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof import('node:crypto')>();
  return {
    ...real,
    createHmac: (...args: Parameters<typeof real.createHmac>) => {
      calls.createHmac += 1;
      return real.createHmac(...args);
    },
    timingSafeEqual: (...args: Parameters<typeof real.timingSafeEqual>) => {
      calls.timingSafeEqual += 1;
      return real.timingSafeEqual(...args);
    },
  };
});

const made = (id?: string) => makeKey((bytes) => crypto.getRandomValues(bytes as Uint8Array<ArrayBuffer>), 'kh', id);

test('a right, a wrong, an unknown, a rotated, a mistyped and an endless credential cost the same digests and comparisons', async () => {
  const store = await openVerifierStore({ vault: createMemoryVault(), knownKeyIds: [] });
  const [right, former] = [made(), made()];
  for (const { id, key } of Array.from({ length: 40 }, () => made())) await store.put(id, key, null);
  await store.put(right.id, right.key, null);
  await store.put(former.id, former.key, null);
  await store.put(former.id, made(former.id).key, Date.now() + 60_000);

  const cost = (credential: string, now = Date.now()) => {
    Object.assign(calls, { createHmac: 0, timingSafeEqual: 0 });
    const found = store.find(credential, now)?.keyId;
    return { found, ...calls };
  };
  const one = { createHmac: 1, timingSafeEqual: 1 };
  expect(cost(right.key)).toEqual({ found: right.id, ...one });
  expect(cost(former.key)).toEqual({ found: former.id, ...one });
  for (const [name, credential, now] of [
    ['another secret under a known id', made(right.id).key],
    ['an id that nobody has', made().key],
    ['one whose grace is over', former.key, Date.now() + 120_000],
    ['one letter off', `${right.key.slice(0, -1)}${right.key.endsWith('0') ? '1' : '0'}`],
    ['something else', 'sk-lm-12345678:abcdefghijklmnopqrst'],
    ['nothing', ''],
    ['far too long', 'k'.repeat(100_000)],
  ] as const)
    expect(cost(credential, now), name).toEqual({ found: undefined, ...one });
});

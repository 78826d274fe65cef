// What a member is told of how the house stands: named facts alone, so that what is added for the owner stays the owner's.

import { expect, test } from 'vitest';
import { narrowedStatus } from '../../../electron/core/own-view.ts';
import { type Status, status as statusSchema } from '../../../shared/model.ts';
import { running, studio } from '../cli/fake-instance.ts';

const marked: Status = {
  ...running,
  dataDir: '/home/leak',
  server: {
    ...running.server,
    reason: 'leak: reason',
    running: 901,
    queued: 902,
    reachable: [
      {
        interface: 'leak0',
        kind: 'ethernet',
        address: '192.0.2.1',
        url: 'http://leak.example',
        plainUrl: 'http://leak.example',
      },
    ],
  },
  vault: { ...running.vault, reason: 'leak: vault' },
  access: { requireKey: true, localhostBypass: true, onLan: true, ways: 903, sentence: 'leak: 903 ways' },
  keys: { active: 904, total: 905 },
  capture: { on: [{ keyId: 'leak', keyName: 'leak', until: 1 }], problem: 'leak: capture' },
  exposures: [{ id: 'leak', check: 'leak', result: 'bad', says: 'leak at 192.0.2.9', cure: 'leak', byItself: false }],
  upstreams: [
    {
      ...studio,
      url: 'http://leak.example:1234',
      reason: 'leak',
      latencyMs: 906,
      checkedAt: 907,
      hasCredential: true,
      setByFlag: true,
      parallel: 908,
      places: { limit: 909, from: 'setting', running: 910, queued: 911 },
    },
  ],
  requestsToday: 912,
  warnings: ['leak: warning'],
  reminders: [{ id: 'leak', kind: 'rotation_due', keyId: 'leak', keyName: 'leak', dueAt: 913 }],
};

/** The same, with one more fact in every object, as somebody may add it for the owner. */
function withMore(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withMore);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, one]) => [name, withMore(one)]);
  return { ...Object.fromEntries(members), addedLater: 'leak: added later' };
}

test('no fact of the house that is not named, and nothing of ways, interfaces, exposures and places of servers', () => {
  const told = narrowedStatus(withMore(marked) as Status, [], 2);
  expect(statusSchema.parse(told)).toEqual(told);
  const text = JSON.stringify(told);
  for (const trace of [
    'leak',
    'addedLater',
    '4242',
    '192.0.2.',
    ...Array.from({ length: 13 }, (_, at) => `${901 + at}`),
  ])
    expect(text, trace).not.toContain(trace);
  expect(told).toMatchObject({
    server: { state: 'running', urls: ['http://127.0.0.1:1235'], running: 2, reachable: [] },
    access: { requireKey: true, onLan: true, localhostBypass: false, ways: 0 },
    upstreams: [{ name: 'LM Studio', health: 'up', models: ['qwen3-8b', 'gemma-3'] }],
    exposures: [],
  });
});

// Which live and running rows a filter lets through, and where the time of a request went: what the page shows before the
// database has been asked.

import { describe, expect, test } from 'vitest';
import { stagesOf } from '../../../renderer/features/requests/stages.ts';
import { fits, mayFit } from '../../../renderer/features/requests/tail-merge.ts';
import { formatElapsed } from '../../../renderer/ui/format.ts';
import type { RunningRequest } from '../../../shared/running-model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { requestRow } from '../storage/fixtures/open-profile.ts';

const at = 1_700_000_000_000;
const row = (more: Partial<RequestView> = {}): RequestView => ({
  ...requestRow('req_1', { receivedAt: at, endedAt: at + 2_000, client: 'Zed' }),
  keyName: 'laptop',
  projectName: null,
  upstreamName: 'Echo',
  ...more,
});
const running: RunningRequest = {
  id: 'req_2',
  keyId: 'aaaaaaaa',
  keyName: 'laptop',
  caller: 'key',
  model: 'llama',
  upstreamName: 'Echo',
  operation: 'chat',
  dialect: 'openai',
  receivedAt: at,
  forwardedAt: at,
  clientAddress: '127.0.0.1',
  client: 'Zed',
};

describe('a row that has just ended', () => {
  test.each([
    [{ client: 'Zed' }, true],
    [{ client: 'curl' }, false],
    [{ slowerMs: 1_999 }, true],
    [{ slowerMs: 2_000 }, false],
    [{ error: 'MEMORY' }, true],
    [{ error: 'upstream_b' }, true],
    [{ error: 'lap' }, false],
    [{ text: 'out of' }, true],
  ])('fits %j: %s', (filter, expected) => {
    expect(fits(row({ errorCode: 'upstream_broken', errorText: 'Out of memory' }), filter)).toBe(expected);
  });
});

describe('a row that runs', () => {
  test.each([
    [{}, true],
    [{ keyId: 'aaaaaaaa', model: 'llama', client: 'Zed' }, true],
    [{ keyId: 'other' }, false],
    [{ client: 'curl' }, false],
    [{ text: 'LAPTOP' }, true],
    [{ outcome: 'ok' as const }, false],
    [{ error: 'x' }, false],
    [{ slowerMs: 4_000 }, true],
    [{ slowerMs: 5_000 }, false],
  ])('may fit %j after five seconds: %s', (filter, expected) => {
    expect(mayFit(running, filter, at + 5_000)).toBe(expected);
  });
});

describe('the stages', () => {
  const lengths = (more: Partial<RequestView>) => stagesOf(row(more)).map(({ name, lengthMs }) => [name, lengthMs]);

  test('of a whole request, together as long as it', () => {
    const moments = { admittedAt: at + 1, forwardedAt: at + 5, firstByteAt: at + 105, firstTokenAt: at + 125 };
    expect(lengths(moments)).toEqual([
      ['check', 1],
      ['read', 4],
      ['wait', 100],
      ['prepare', 20],
      ['answer', 1_875],
    ]);
  });

  test('of one that waited for a place and said something after its last token', () => {
    const moments = { admittedAt: at + 1, queuedMs: 50, forwardedAt: at + 60, firstByteAt: at + 100 };
    expect(lengths({ ...moments, firstTokenAt: at + 110, lastTokenAt: at + 1_990 })).toEqual([
      ['check', 1],
      ['read', 9],
      ['queue', 50],
      ['wait', 40],
      ['prepare', 10],
      ['answer', 1_880],
      ['finish', 10],
    ]);
  });

  test('of one from before it was kept when it went up', () => {
    const moments = { admittedAt: at + 1, forwardedAt: null, firstByteAt: at + 101, firstTokenAt: null };
    expect(lengths(moments)).toEqual([
      ['check', 1],
      ['wait', 100],
      ['answer', 1_899],
    ]);
  });

  test('of one that was refused', () => {
    expect(lengths({ admittedAt: null })).toEqual([['refuse', 2_000]]);
  });
});

test('what counts up is said in whole seconds, then in minutes', () => {
  expect([-5, 0, 999, 59_999, 60_000, 125_000, 3_600_000].map(formatElapsed)).toEqual([
    '0 s',
    '0 s',
    '0 s',
    '59 s',
    '1:00',
    '2:05',
    '60:00',
  ]);
});

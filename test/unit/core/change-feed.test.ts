// What is told of changes, where asking what is so brings a change of its own.

import { expect, test } from 'vitest';
import { type ChangeFeed, createChangeFeed } from '../../../electron/core/change-feed.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Change } from '../../../shared/change.ts';
import type { KeyFacts, Status } from '../../../shared/model.ts';
import type { RequestRow } from '../../../shared/usage-model.ts';

const ended = { id: 'req_1', keyId: 'a' } as RequestRow;

test('a request that is written down while the status is asked for is told, and its key too', async () => {
  const heard: Change[] = [];
  let written = false;
  const feed: ChangeFeed = createChangeFeed({
    // As the house does: what waits is written before today's requests are counted.
    status() {
      if (!written) feed.requestsEnded([ended]);
      written = true;
      return {} as Status;
    },
    key: (id) => ({ id }) as KeyFacts,
    running: () => [],
    project: () => undefined,
    keyStates: () => [],
    setting: () => undefined,
    viewOf: (row) => ({ ...row, keyName: null, projectName: null, upstreamName: null }),
    log: silentLog,
  });
  await new Promise<void>((resolve) => {
    const off = feed.listen((change) => {
      heard.push(change);
      if (change.type !== 'key') return;
      off();
      resolve();
    });
    feed.statusChanged();
  });
  expect(heard.map(({ type }) => type).filter((type) => type !== 'beat')).toEqual(['status', 'requests', 'key']);
  expect(heard.find(({ type }) => type === 'requests')).toMatchObject({ requests: [{ id: 'req_1' }] });
});

// That no request goes untold: asking for the status writes down what waits, and that may be in the middle of telling.

import { expect, test } from 'vitest';
import { createChangeFeed } from '../../../electron/core/change-feed.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Change } from '../../../shared/change.ts';
import type { Status } from '../../../shared/model.ts';
import type { RequestRow, RequestView } from '../../../shared/usage-model.ts';

test('a request that ends up written while the status is asked for is told of', async () => {
  const told = Promise.withResolvers<Change>();
  let asked = 0;
  const feed = createChangeFeed({
    status() {
      asked += 1;
      if (asked === 1) feed.requestsEnded([{ id: 'r1', keyId: null } as RequestRow]);
      return { pid: asked } as Status;
    },
    key: () => undefined,
    running: () => [],
    project: () => undefined,
    keyStates: () => [],
    setting: () => undefined,
    viewOf: (row) => row as RequestView,
    log: silentLog,
  });
  const off = feed.listen((change) => {
    if (change.type === 'requests') told.resolve(change);
  });
  feed.statusChanged();
  expect(await told.promise).toMatchObject({ requests: [{ id: 'r1' }] });
  off();
});

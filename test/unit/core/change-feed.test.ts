// The stream of changes loses none: not even those that telling others brings about.

import { expect, test } from 'vitest';
import { createChangeFeed } from '../../../electron/core/change-feed.ts';
import { silentLog } from '../../../electron/lib/log.ts';
import type { Change } from '../../../shared/change.ts';
import type { Status } from '../../../shared/model.ts';
import type { RequestRow, RequestView } from '../../../shared/usage-model.ts';

test('a request that is written down while the status is being told is told as well', async () => {
  let written = false;
  const feed = createChangeFeed({
    // As in the house: a status counts today's requests, and for that writes those that still wait.
    status() {
      if (!written) {
        written = true;
        feed.requestsEnded([{ id: 'req_1', keyId: null } as RequestRow]);
      }
      return { version: '1' } as Status;
    },
    key: () => undefined,
    keys: () => [],
    setting: () => undefined,
    viewOf: (row) => ({ ...row, keyName: null, upstreamName: null }) as RequestView,
    log: silentLog,
  });
  const told = await new Promise<Change>((resolve) => {
    const off = feed.listen((change) => {
      if (change.type !== 'requests') return;
      off();
      resolve(change);
    });
    feed.statusChanged();
  });
  expect(told).toMatchObject({ requests: [{ id: 'req_1' }] });
});

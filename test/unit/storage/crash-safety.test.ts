// A process that is killed loses at most the batch that it was collecting.

import { join } from 'node:path';
import { expect, test } from 'vitest';
import { silentLog } from '../../../electron/lib/log.ts';
import { openDatabase } from '../../../electron/storage/database.ts';
import { createUsageTable } from '../../../electron/storage/usage-table.ts';
import { startChild } from './fixtures/child.ts';
import { temporaryFolder } from './fixtures/open-profile.ts';

test('every row that was said to be written is there after kill -9', async () => {
  const file = join(temporaryFolder(), 'keyhatch.db');
  const child = startChild('write-usage.ts', file);
  let said = 0;
  for (let batch = 0; batch < 5; batch += 1) said = Number(await child.nextLine());
  await child.kill();

  const db = openDatabase({ file, log: silentLog });
  expect(said).toBeGreaterThan(0);
  expect(createUsageTable(db).requestsSince(0)).toBeGreaterThanOrEqual(said);
  // Whole batches only: ids are counted up, so that a hole would show.
  const { rows, newest } = db
    .prepare('SELECT count(*) AS rows, max(CAST(substr(id, 2) AS INTEGER)) AS newest FROM requests')
    .get() as { rows: number; newest: number };
  expect(newest).toBe(rows);
  expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
});

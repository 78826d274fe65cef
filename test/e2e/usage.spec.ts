// The page Usage: its numbers are those of the command line and of the database; what is narrowed, priced, exported and
// reset there.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { UsageReport } from '../../shared/usage-model.ts';
import { csvRecords } from '../fakes/parse-csv.ts';
import { expect, type Subject, test, visit } from './fixture.ts';
import { tile } from './pages.ts';

const shown = (count: number) => new Intl.NumberFormat('en-GB').format(count);

async function use(subject: Subject, counts: readonly number[]) {
  const keys = [];
  for (const [index, count] of counts.entries()) {
    const made = await subject.createKey('--name', `Client ${index + 1}`);
    for (let n = 0; n < count; n += 1)
      await (await subject.chat(made.key, { model: 'echo', stream: n % 2 === 0 })).text();
    keys.push({ ...made, name: `Client ${index + 1}`, count });
  }
  return keys;
}

function inDatabase(dataDir: string): { requests: number; tokensIn: number; tokensOut: number } {
  const db = new DatabaseSync(join(dataDir, 'keyhatch.db'), { readOnly: true });
  const row = db
    .prepare('SELECT count(*) AS requests, sum(tokens_in) AS tokensIn, sum(tokens_out) AS tokensOut FROM requests')
    .get() as { requests: number; tokensIn: number; tokensOut: number };
  db.close();
  return { ...row };
}

test('numbers on screen are those of the command line and of the database, whole and narrowed', async ({
  app,
  subject,
  profile,
}) => {
  const [first, second] = await use(subject, [5, 2]);
  const { total, lines } = await subject.json<UsageReport>(['usage', '--since', '24h']);
  const { requests, tokensIn, tokensOut } = total;
  expect(inDatabase(profile.dataDir)).toEqual({ requests, tokensIn, tokensOut });
  expect(requests).toBe(7);

  await visit(app, subject, '/usage?range=24h');
  await expect(tile(app, 'Requests')).toHaveText(shown(requests));
  await expect(tile(app, 'Tokens in / out')).toHaveText(`${shown(tokensIn)} / ${shown(tokensOut)}`);
  const table = app.getByRole('table').filter({ hasText: 'Share' });
  for (const line of lines) {
    const cells = table.getByRole('row').filter({ hasText: line.label }).getByRole('cell');
    await expect(cells.nth(1)).toHaveText(shown(line.requests));
    await expect(cells.nth(2)).toHaveText(shown(line.tokensIn));
    await expect(cells.nth(4)).toHaveText(shown(line.tokensOut));
  }

  await table.getByRole('link', { name: 'Client 2', exact: true }).click();
  await expect(tile(app, 'Requests')).toHaveText('2');
  expect(app.url()).toContain(`key=${second?.id}`);
  await app.reload();
  await expect(tile(app, 'Requests')).toHaveText('2');
  await expect(app.getByText('Tokens by model')).toBeVisible();
  await app.getByRole('button', { name: 'No longer only key Client 2' }).click();
  await expect(tile(app, 'Requests')).toHaveText(shown(requests));

  await (await subject.chat(first?.key ?? '', { model: 'echo' })).text();
  await expect(tile(app, 'Requests')).toHaveText(shown(requests + 1));
});

test('days of one’s own, when in the week, and where there is nothing', async ({ app, subject }) => {
  await use(subject, [3]);
  await visit(app, subject, '/usage?range=custom');
  await expect(tile(app, 'Requests')).toHaveText('3');
  const grid = app.getByRole('grid', { name: /weekday and hour/ });
  await expect(app.getByText(/^Busiest: /)).toBeVisible();
  await grid.locator('td[tabindex="0"]').focus();
  await app.keyboard.press('ArrowUp');
  await expect(app.getByText(/^\w+day \d\d–\d\d: 0 tokens$/)).toBeVisible();
  await app.getByLabel('From', { exact: true }).fill('2001-01-01');
  await app.getByLabel('To', { exact: true }).fill('2001-01-05');
  await expect(app.getByText('Nothing was used in this time')).toBeVisible();
  await app.getByLabel('From', { exact: true }).fill('2001-02-01');
  await expect(app.getByRole('alert')).toContainText('Choose a first day before the last');
});

test('a price makes a cost, a removed one can be taken back, and what is wrong is not kept', async ({
  app,
  subject,
}) => {
  await use(subject, [2]);
  await visit(app, subject, '/usage?range=24h');
  await expect(tile(app, 'Would have cost')).toHaveText('no price');
  await app.getByRole('button', { name: 'Edit prices' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Add a row' }).click();
  await dialog.getByLabel('Model of the new row').fill('ech*');
  await dialog.getByLabel('Input of ech*').fill('much');
  await dialog.getByLabel('Output of ech*').fill('2000000');
  await dialog.getByLabel('Currency of ech*').fill('EUR');
  await expect(dialog.getByText('Input is a number such as 0.50.')).toBeVisible();
  await dialog.getByLabel('Input of ech*').fill('1000000');
  await dialog.getByLabel('Output of ech*').fill('1000000');
  await dialog.getByLabel('Cached of ech*').focus();
  const { total } = await subject.json<UsageReport>(['usage', '--since', '24h']);
  const cost = new Intl.NumberFormat('en-GB', { style: 'currency', currency: 'EUR' }).format(
    total.tokensIn + total.tokensOut,
  );
  await expect(tile(app, 'Would have cost')).toHaveText(cost);
  await dialog.getByRole('button', { name: 'Remove ech*' }).click();
  await expect(tile(app, 'Would have cost')).toHaveText('no price');
  await dialog.getByRole('button', { name: 'Undo' }).click();
  await expect(tile(app, 'Would have cost')).toHaveText(cost);
  const { value } = await subject.json<{ value: { pattern: string }[] }>(['settings', 'get', 'usage.prices']);
  expect(value.at(-1)).toMatchObject({ pattern: 'ech*', currency: 'EUR', input: 1_000_000, cachedInput: null });
});

test('the counters of a key are reset after a question, and its history stays', async ({ app, subject }) => {
  const [key] = await use(subject, [3]);
  await visit(app, subject, `/keys/${key?.id}`);
  await expect(app.getByText(/^3 requests · .* · no price$/)).toBeVisible();
  await app.getByRole('button', { name: 'Actions for Client 1' }).click();
  await app.getByRole('menuitem', { name: 'Reset counters…' }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Reset counters' }).click();
  await expect(app.getByText('0 requests · 0 tokens', { exact: true })).toBeVisible();
  await expect(app.getByText(/^3 requests · .* · no price$/)).toBeVisible();
  await visit(app, subject, '/usage?range=24h');
  await expect(tile(app, 'Requests')).toHaveText('3');
  await expect(app.getByText(/^since .*; 3 requests ever$/)).toBeVisible();
});

test('what is exported is saved as a file', async ({ app, subject, host }) => {
  test.skip(host === 'electron', 'the desktop asks where to save, in a dialog of the system');
  await use(subject, [4, 1]);
  await visit(app, subject, '/usage?range=24h');
  for (const [what, count] of [
    ['Single requests', 5],
    ['Usage', 2],
  ] as const) {
    await app.getByRole('button', { name: 'Export' }).click();
    const dialog = app.getByRole('dialog');
    await dialog.getByText(what, { exact: true }).click();
    const saving = app.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Save file' }).click();
    const download = await saving;
    expect(download.suggestedFilename()).toMatch(/^keyhatch-(usage|requests)-\d{4}-\d\d-\d\d\.csv$/);
    expect(csvRecords(await readFile(await download.path(), 'utf8'))).toHaveLength(count);
    await expect(dialog.getByText(/^Saved as keyhatch-/)).toBeVisible();
    await app.keyboard.press('Escape');
  }
});

// The page of the admin API and the log that proves itself, as their owner uses them.

import { readFile } from 'node:fs/promises';
import { expect, test, visit } from './fixture.ts';
import { look } from './look.ts';

test('a call of the API is found, and shows what it takes and an example', async ({ app, subject }, { project }) => {
  await visit(app, subject, '/api');
  await app.getByLabel('Find a call').fill('top-up');
  await expect(app.getByRole('button', { name: /\/api\/v1\/keys$/ })).toHaveCount(0);
  const row = app.getByRole('button', { name: /POST.*\/api\/v1\/keys\/\{ref\}\/top-up/ });
  await row.click();
  await expect(row).toHaveAttribute('aria-expanded', 'true');
  await expect(app.getByText(/curl -X POST .*\/api\/v1\/keys\/laptop\/top-up/)).toBeVisible();
  await look(app, `api-opened-${project.name}`);
  await app.getByLabel('Find a call').fill('nothing like it');
  await expect(app.getByText('No call fits')).toBeVisible();
});

test('the page leads to an admin key', async ({ app, subject }) => {
  await visit(app, subject, '/api');
  await app.getByRole('link', { name: 'Make an admin key' }).click();
  await expect(app.getByRole('dialog', { name: /admin key/i })).toBeVisible();
});

test('the log says that it is whole, and is taken along as a file', async ({ app, subject }) => {
  await subject.createKey('--name', 'laptop');
  await visit(app, subject, '/history');
  await expect(app.getByText(/Verified\. \d+ entries, each as it was made/)).toBeVisible();
  await app.getByRole('button', { name: 'Export' }).click();
  const [download] = await Promise.all([
    app.waitForEvent('download'),
    app.getByRole('menuitem', { name: 'As JSON' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^keyhatch-audit-\d{4}-\d{2}-\d{2}\.json$/);
  const entries = JSON.parse(await readFile(await download.path(), 'utf8')) as readonly { readonly name: string }[];
  expect(entries.map(({ name }) => name)).toContain('laptop');
});

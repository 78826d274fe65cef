// Keys from elsewhere, backups there and back, and the history that says who did it.

import { readFile } from 'node:fs/promises';
import { expect, test, visit } from './fixture.ts';

test('a list is looked through before it is imported, and a weak key works on this computer', async ({
  app,
  subject,
}) => {
  await visit(app, subject, '/settings');
  await app.getByRole('button', { name: 'Import…' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByLabel('Keys to import').fill('Tablet,abcdef123456\nNotebook,0123456789abcdefghij\nshort,x');
  await dialog.getByRole('button', { name: 'See what would be imported' }).click();
  await expect(dialog.getByText('2 of 3 would be imported.')).toBeVisible();
  await expect(dialog.getByRole('row', { name: /Tablet/ })).toContainText('weak');
  await expect(dialog.getByRole('row', { name: /short/ })).toContainText('left out');
  expect(await subject.json(['keys', 'list'])).toEqual([]);
  await dialog.getByRole('button', { name: 'Import 2 keys' }).click();
  await expect(dialog.getByText('2 keys are imported.')).toBeVisible();
  await dialog.getByRole('button', { name: 'Done' }).click();
  expect((await subject.chat('abcdef123456', { model: 'echo' })).status).toBe(200);

  await visit(app, subject, '/keys');
  await expect(app.getByRole('row', { name: /Tablet/ })).toContainText('weak');
  // Its use puts it first: rows that are about to change places are not clicked well.
  await expect(app.getByRole('row', { name: /Tablet/ })).toContainText(/now|s ago/);
  await app.getByRole('link', { name: 'Tablet' }).click();
  await app.getByRole('button', { name: 'Accept…' }).click();
  await app.getByRole('button', { name: 'Accept the risk' }).click();
  await expect(app.getByText(/short enough to be guessed/)).toBeHidden();
});

test('a backup is sealed, and restoring it asks before it replaces what is here', async ({ app, subject }, info) => {
  const { key } = await subject.createKey('--name', 'laptop');
  await visit(app, subject, '/settings');
  await app.getByRole('button', { name: 'Back up…' }).click();
  const dialog = app.getByRole('dialog');
  const seal = dialog.getByRole('button', { name: 'Seal and save' });
  await dialog.getByLabel('Passphrase', { exact: true }).fill('tree bark');
  await expect(dialog.getByText('3 more characters')).toBeVisible();
  await dialog.getByLabel('Passphrase', { exact: true }).fill('tree bark lantern');
  await dialog.getByLabel('The same again').fill('tree bark lamp');
  await expect(dialog.getByText('The two are not the same.')).toBeVisible();
  await expect(seal).toBeDisabled();
  await dialog.getByLabel('The same again').fill('tree bark lantern');
  const saved = app.waitForEvent('download');
  await seal.click();
  const path = info.outputPath('backup.khb');
  await (await saved).saveAs(path);
  await expect(dialog.getByText(/holds 1 key/)).toBeVisible();
  expect(await readFile(path, 'utf8')).not.toContain('laptop');
  await dialog.getByRole('button', { name: 'Done' }).click();

  await subject.createKey('--name', 'made later');
  await app.getByRole('button', { name: 'Restore…' }).click();
  await dialog.locator('input[type=file]').or(app.locator('input[type=file]')).first().setInputFiles(path);
  await dialog.getByLabel('Its passphrase').fill('tree bark lantern');
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
  await expect(dialog.getByText('This Keyhatch is not empty')).toBeVisible();
  await dialog.getByRole('button', { name: 'Replace what is here' }).click();
  await expect(dialog.getByText(/1 key that was here is gone/)).toBeVisible();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
});

test('the history says what was changed, from what to what, and narrows', async ({ app, subject }) => {
  const { id } = await subject.createKey('--name', 'laptop');
  await subject.json(['keys', 'edit', id, '--rpm', '30']);
  await subject.json(['settings', 'set', 'keys.defaultRpm', '90']);
  await visit(app, subject, '/settings');
  await app.getByRole('link', { name: 'Show history' }).click();
  await expect(app.getByText('Requests a minute: 60 → 30')).toBeVisible();
  await expect(app.getByText('keys.defaultRpm')).toBeVisible();
  await app.getByRole('combobox', { name: 'Of what' }).click();
  await app.getByRole('option', { name: 'Settings' }).click();
  await expect(app.getByText('keys.defaultRpm')).toBeVisible();
  await expect(app.getByText('Requests a minute: 60 → 30')).toBeHidden();
});

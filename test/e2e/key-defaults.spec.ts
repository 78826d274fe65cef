// What a new key begins with: set once on the page Settings, it stands in the form of the next key and holds at the port.

import type { KeyFacts } from '../../shared/model.ts';
import { expect, test, visit } from './fixture.ts';
import { look } from './look.ts';

test('rights and end of new keys are set, stand in the form, and are what the key gets', async ({ app, subject }, {
  project,
}) => {
  await visit(app, subject, '/settings');
  await app.getByRole('combobox', { name: 'What a new key may do' }).click();
  await app.getByRole('option', { name: 'Read only' }).click();
  await app.getByLabel('Days until a new key ends').fill('30');
  await app.keyboard.press('Enter');
  await expect
    .poll(async () => (await subject.json<{ value: number }>(['settings', 'get', 'keys.defaultExpiresDays'])).value)
    .toBe(30);
  expect(await subject.json(['settings', 'get', 'keys.defaultOperations'])).toMatchObject({ value: ['models:list'] });
  await app.getByRole('combobox', { name: 'What a new key may do' }).click();
  await app.getByRole('option', { name: 'Choose' }).click();
  await app.getByRole('checkbox', { name: 'Chat, completions and responses' }).click();
  await expect
    .poll(async () => (await subject.json<{ value: string[] }>(['settings', 'get', 'keys.defaultOperations'])).value)
    .toEqual(['chat', 'models:list']);
  await look(app, `key-defaults-settings-${project.name}`);

  await visit(app, subject, '/keys/new');
  await app.getByLabel('Name', { exact: true }).fill('tablet');
  await app
    .getByRole('dialog')
    .getByRole('button', { name: /^Limits and access/ })
    .click();
  await expect(app.getByRole('combobox', { name: 'Expires' })).toHaveValue('As is usual here: in 30 days');
  await look(app, `key-defaults-form-${project.name}`);
  await app.getByRole('button', { name: 'Create key' }).click();
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
  const [made] = await subject.json<readonly KeyFacts[]>(['keys', 'list']);
  expect(made?.policy.operations).toEqual(['chat', 'models:list']);
  expect(Math.round(((made?.expiresAt ?? 0) - (made?.createdAt ?? 0)) / 86_400_000)).toBe(30);
});

// Projects: what their keys begin with, moving in and out, and archiving, which names whom it shuts out.

import type { KeyFacts } from '../../shared/model.ts';
import { expect, test, visit } from './fixture.ts';

test('a project is made, and a key made in it begins as it says', async ({ app, subject }) => {
  await visit(app, subject, '/projects');
  await app.getByRole('button', { name: 'Make the first project' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill('Home');
  await dialog.getByRole('radio', { name: 'Violet' }).check({ force: true });
  await dialog.getByRole('button', { name: /^Models and servers/ }).click();
  await dialog.getByRole('button', { name: 'Add an alias' }).click();
  await dialog.getByRole('textbox', { name: 'Alias 1', exact: true }).fill('gpt-4o');
  await dialog.getByRole('combobox', { name: 'Model of alias 1' }).fill('echo');
  await dialog.getByRole('button', { name: /^What new keys begin with/ }).click();
  await dialog.getByRole('button', { name: /^Rates/ }).click();
  await dialog.getByLabel('Requests a minute').fill('7');
  await dialog.getByRole('button', { name: 'Create project' }).click();
  await expect(app.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  expect(app.url()).toContain('/projects/');
  await expect(app.getByText('gpt-4o → echo')).toBeVisible();

  await app.getByRole('button', { name: 'New key here' }).click();
  await dialog.getByLabel('Name', { exact: true }).fill('tablet');
  await expect(dialog.getByRole('button', { name: /^Limits and access/ })).toContainText('7 a minute');
  await dialog.getByRole('button', { name: 'Create key' }).click();
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  const key = await app.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await expect(app.getByRole('link', { name: 'tablet' })).toBeVisible();
  const [made] = await subject.json<readonly KeyFacts[]>(['keys', 'list']);
  expect(made).toMatchObject({ project: 'Home', limits: { rpm: 7 } });
  expect((await subject.chat(key, { model: 'gpt-4o' })).status).toBe(200);
});

test('archiving names the keys it shuts out, and unarchiving lets them back in', async ({ app, subject }) => {
  await subject.json(['projects', 'create', '--name', 'Thesis']);
  const { key } = await subject.createKey('--name', 'Notebook', '--project', 'Thesis');
  await (await subject.chat(key, { model: 'echo' })).text();
  await visit(app, subject, '/projects');
  await app.getByRole('button', { name: 'Actions for Thesis' }).click();
  await app.getByRole('menuitem', { name: 'Archive…' }).click();
  const question = app.getByRole('dialog', { name: 'Archive “Thesis”?' });
  await expect(question).toContainText('Notebook');
  await question.getByRole('button', { name: 'Archive' }).click();
  await expect(app.getByText('archived', { exact: true })).toBeVisible();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(403);

  await app.getByRole('link', { name: 'Thesis' }).click();
  await app.getByRole('button', { name: 'Unarchive' }).first().click();
  await expect(app.getByText(/Archived since/)).toBeHidden();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
});

test('a key moves to another project, and the list narrows to it', async ({ app, subject }) => {
  await subject.json(['projects', 'create', '--name', 'Editors']);
  await subject.createKey('--name', 'Zed');
  await subject.createKey('--name', 'Tablet');
  await visit(app, subject, '/keys');
  await app.getByRole('button', { name: 'Actions for Zed' }).click();
  await app.getByRole('menuitem', { name: 'Move to project…' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Project' }).click();
  await app.getByRole('option', { name: 'Editors' }).click();
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(dialog).toBeHidden();
  await app.getByRole('combobox', { name: 'Project' }).click();
  await app.getByRole('option', { name: 'Editors' }).click();
  await expect(app.getByRole('link', { name: 'Zed' })).toBeVisible();
  await expect(app.getByRole('link', { name: 'Tablet' })).toBeHidden();
  await app.getByRole('navigation', { name: 'Keys or projects' }).getByRole('link', { name: 'Projects' }).click();
  await expect(app.getByRole('row', { name: /Editors/ })).toContainText('1');
});

test('a budget of all keys is set, spent, shown and topped up', async ({ app, subject }) => {
  const { id } = await subject.json<{ readonly id: string }>(['projects', 'create', '--name', 'Home']);
  const keys = [
    await subject.createKey('--name', 'Tablet', '--project', 'Home', '--max-tokens', '4'),
    await subject.createKey('--name', 'Radio', '--project', 'Home', '--max-tokens', '4'),
  ];
  await visit(app, subject, `/projects/${id}`);
  await app.getByRole('button', { name: 'Actions for Home' }).click();
  await app.getByRole('menuitem', { name: 'Edit…' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('button', { name: /^Budgets of all its keys/ }).click();
  await dialog.getByRole('button', { name: 'Add a budget' }).click();
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByText('Say how much.')).toBeVisible();
  await dialog.getByLabel('Amount').fill('40');
  await dialog.getByRole('button', { name: 'Save' }).click();
  const budgets = app.getByRole('region', { name: 'Budgets of all its keys' });
  await expect(budgets).toContainText('0 of 40 tokens');

  const statuses: number[] = [];
  for (let n = 0; n < 20 && !statuses.includes(429); n += 1) {
    const answer = await subject.chat(keys[n % 2]?.key ?? null, { model: 'echo' });
    await answer.text();
    statuses.push(answer.status);
  }
  expect(statuses).toContain(200);
  expect(statuses).toContain(429);
  await budgets.getByRole('button', { name: 'Top up…' }).click();
  await dialog.getByLabel('How much more, in tokens').fill('100');
  await dialog.getByRole('button', { name: 'Top up', exact: true }).click();
  await expect(budgets).toContainText('of 140 tokens');
  expect((await subject.chat(keys[0]?.key ?? null, { model: 'echo' })).status).toBe(200);
});

// Getting in to the dashboard, and back in after a session has ended.

import { freePort } from '../fakes/free-port.ts';
import { expect, signIn, startSubject, test, visit } from './fixture.ts';
import { becomeSomebody } from './people-steps.ts';

test('a link signs one browser in, and a second use of it is refused', async ({ app, subject, browser }) => {
  await visit(app, subject, '/server');
  await expect(app.getByText('Running', { exact: true })).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(subject.link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('alert')).toContainText('link');
  await expect(other.getByText('keyhatch dashboard link', { exact: true })).toBeVisible();
});

test('without a session nothing shows but how to get one', async ({ page, subject }) => {
  await visit(page, subject, '/keys');
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'New key' })).toBeHidden();
});

test('when a session ends, sign-in appears in place and what was typed is kept', async ({ page, profile }) => {
  for (const name of ['server.port', 'dashboard.port']) {
    await profile.cli(['settings', 'set', name, String(await freePort())]);
  }
  const before = await startSubject(profile, ['--echo'], 'as set');
  await signIn(page, before.link);
  await visit(page, before, '/keys/new');
  await page.getByLabel('Name', { exact: true }).fill('half typed');
  // Sessions end with the program.
  await before.stop?.();
  const after = await startSubject(profile, ['--echo'], 'as set');
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();

  // A link that is opened in another tab signs the whole browser in.
  await signIn(await page.context().newPage(), after.link);
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeHidden();
  await expect(page.getByLabel('Name', { exact: true })).toHaveValue('half typed');
  await page.getByRole('button', { name: 'Create key' }).click();
  await expect(page.getByRole('button', { name: 'Copy key' })).toBeVisible();
});

test('signing out leaves nothing of the page behind, in no tab', async ({ app, subject }) => {
  await visit(app, subject, '/keys/new');
  await app.getByLabel('Name', { exact: true }).fill('laptop');
  await app.getByRole('button', { name: 'Create key' }).click();
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
  const second = await app.context().newPage();
  await visit(second, subject, '/me');
  await second.getByRole('button', { name: 'Sign out' }).click();
  for (const page of [app, second]) {
    await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();
    expect(await page.content()).not.toMatch(/kh_[A-Za-z0-9]{8}_/);
  }
});

test('addresses that end this session are changed once that was said', async ({ app, subject }) => {
  await becomeSomebody(app, subject);
  await visit(app, subject, '/settings');
  const field = app.getByRole('combobox', { name: 'Dashboard addresses' });
  const question = app.getByRole('dialog', { name: 'Change the addresses and sign out?' });
  const kept = async () => (await subject.json<{ value: string[] }>(['settings', 'get', 'dashboard.hosts'])).value;
  await field.fill('0.0.0.0');
  await field.press('Enter');
  await expect(question).toContainText('Sessions end with the address they began at.');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(question).toBeHidden();
  expect(await kept()).toEqual(['127.0.0.1']);
  await field.fill('0.0.0.0');
  await field.press('Enter');
  await question.getByRole('button', { name: 'Change and sign out' }).click();
  await expect(app.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();
  expect(await kept()).toEqual(['127.0.0.1', '0.0.0.0']);
});

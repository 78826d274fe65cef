// Getting in to the dashboard, and back in after a session has ended.

import { anotherLink, expect, signIn, test, visit } from './fixture.ts';

test('a link signs one browser in, and a second use of it is refused', async ({ app, subject, browser }) => {
  await visit(app, subject, '/server');
  await expect(app.getByText('Running')).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(subject.link);
  await other.getByRole('button', { name: 'Sign in' }).click();
  await expect(other.getByRole('alert')).toContainText('link');
  await expect(other.getByText('keyhatch dashboard link')).toBeVisible();
});

test('without a session nothing shows but how to get one', async ({ page, subject }) => {
  await visit(page, subject, '/keys');
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'New key' })).toBeHidden();
});

test('when a session ends, sign-in appears in place and what was typed is kept', async ({ app, subject }) => {
  await visit(app, subject, '/keys/new');
  await app.getByLabel('Name', { exact: true }).fill('half typed');
  // Another tab of the same browser signs out.
  const second = await app.context().newPage();
  await visit(second, subject, '/settings');
  await second.getByRole('button', { name: 'Sign out' }).click();
  await expect(app.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeVisible();

  const link = await anotherLink(subject);
  await signIn(second, link);
  await expect(app.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeHidden();
  await expect(app.getByLabel('Name', { exact: true })).toHaveValue('half typed');
});

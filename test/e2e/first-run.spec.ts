// From nothing to the first authenticated answer, as a person does it who has never seen the program.

import { expect, test } from './fixture.ts';

test('from the sign-in link to the first answer in four clicks and one paste', async ({ page, subject, host }) => {
  test.skip(host === 'electron', 'the desktop app has no sign-in; its first steps are the same pages');
  let clicks = 0;
  const click = async (name: string | RegExp) => {
    await page
      .getByRole('button', { name, exact: typeof name === 'string' })
      .first()
      .click();
    clicks += 1;
  };
  await page.goto(subject.link);
  await click('Sign in');
  await expect(page.getByRole('heading', { name: 'Welcome to Keyhatch' })).toBeVisible();
  await click('Use the echo model');
  await click(/^(Create|Make).*key/);
  await click('Copy key');
  expect(clicks).toBeLessThanOrEqual(4);

  const key = await page.evaluate(() => navigator.clipboard.readText());
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
  await expect(page.getByText(/It works/).first()).toBeVisible();
});

test('who skips the first steps is not asked again', async ({ app, subject }) => {
  await app.goto(`${subject.pages}/#/welcome`);
  await app.getByRole('button', { name: 'Skip all of it' }).click();
  await expect(app.getByText('Running', { exact: true })).toBeVisible();
  await app.goto(`${subject.pages}/#/`);
  await expect(app.getByText('Running', { exact: true })).toBeVisible();
});

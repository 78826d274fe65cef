// Ways through long pages and short navigations: the list of cards on the page Settings, and History on a phone.

import { expect, test, visit } from './fixture.ts';

test('the list of cards leads to each of them, and the next step by keyboard is taken from there', async ({
  app,
  subject,
}) => {
  await visit(app, subject, '/settings');
  const list = app.getByRole('navigation', { name: 'Cards of this page' });
  const cards = app.locator('.kh-setting-card').getByRole('heading', { level: 2 });
  await expect(list.getByRole('button')).toHaveText(await cards.allTextContents());
  const card = app.getByRole('region', { name: 'Captured prompts and answers' });
  await expect(card).not.toBeInViewport();
  await list.getByRole('button', { name: 'Captured prompts and answers' }).click();
  await expect(card.getByRole('heading')).toBeInViewport();
  await app.keyboard.press('Tab');
  await expect(card.getByRole('button', { name: /^Wipe captured/ })).toBeFocused();
});

test('History is in the navigation, on a phone too', async ({ app, subject }, { project }) => {
  await visit(app, subject, '/keys');
  if (project.name === 'phone')
    await app.getByRole('button', { name: 'Open or close the menu', expanded: false }).click();
  await app.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'History' }).click();
  await expect(app.getByRole('heading', { name: 'History', level: 1 })).toBeVisible();
});

// What happens shows by itself: a request within a second or so, and the same everywhere after changes from all sides.

import { anotherLink, expect, type Page, type Subject, signIn, test, visit } from './fixture.ts';

async function namesOn(page: Page): Promise<string[]> {
  return (await page.getByRole('row').getByRole('link').allTextContents()).sort();
}

/** Twenty changes from the command line and two browsers, in an order that a seed decides; returns the names that are left. */
async function changeAtRandom(subject: Subject, pages: readonly Page[], seed: number): Promise<string[]> {
  const names: string[] = [];
  let state = seed;
  const random = (below: number) => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state % below;
  };
  for (let step = 0; step < 20; step++) {
    const page = pages[random(pages.length + 1)];
    const present = names[random(Math.max(1, names.length))];
    if (present === undefined || random(3) > 0) {
      names.push(`key ${step}`);
      await subject.json(['keys', 'create', '--name', `key ${step}`]);
    } else if (page) {
      await page.getByRole('button', { name: `Actions for ${present}`, exact: true }).click();
      await page.getByRole('menuitem', { name: 'Delete…' }).click();
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await expect(page.getByRole('link', { name: present, exact: true })).toBeHidden();
      names.splice(names.indexOf(present), 1);
    } else {
      await subject.cli(['keys', 'delete', present]);
      names.splice(names.indexOf(present), 1);
    }
  }
  return names.sort();
}

test('two browsers and the command line agree after twenty changes', async ({ app, subject, browser }) => {
  test.slow();
  const viewport = app.viewportSize();
  const other = await (await browser.newContext({ viewport })).newPage();
  await visit(app, subject, '/keys');
  await signIn(other, await anotherLink(subject));
  await visit(other, subject, '/keys');
  const left = await changeAtRandom(subject, [app, other], 11);
  for (const page of [app, other]) await expect.poll(() => namesOn(page)).toEqual(left);
});

test('a browser that was cut off for half a minute shows what it missed', async ({ app, subject }) => {
  test.slow();
  await subject.createKey('--name', 'before');
  await visit(app, subject, '/keys');
  await expect(app.getByRole('link', { name: 'before' })).toBeVisible();

  // Offline keeps new requests from going out; the stream that is open has to be broken off.
  await app.context().setOffline(true);
  await app.evaluate(() => window.stop());
  await expect(app.getByText('Keyhatch does not answer.')).toBeVisible();
  await subject.createKey('--name', 'meanwhile');
  await subject.cli(['keys', 'delete', 'before']);
  // As long as the promise says that a cut may last; nothing shorter would show that it is kept.
  await app.waitForTimeout(30_000);
  await app.context().setOffline(false);
  await expect(app.getByRole('link', { name: 'meanwhile' })).toBeVisible({ timeout: 20_000 });
  await expect(app.getByRole('link', { name: 'before' })).toBeHidden();
  await expect(app.getByText('Keyhatch does not answer.')).toBeHidden();
});

test('a request that a program makes appears on Server and on Requests', async ({ app, subject }) => {
  const { key } = await subject.createKey('--name', 'curl');
  await visit(app, subject, '/server');
  await (await subject.chat(key)).text();
  await expect(app.getByRole('region', { name: 'Live requests' }).getByText('curl').first()).toBeVisible();
  await visit(app, subject, '/requests');
  await expect(app.getByText('curl').first()).toBeVisible();
});

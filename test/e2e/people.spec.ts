// Letting people in: an invite, a key of one's own within the limits given, and what the owner does about them later.

import { readFile } from 'node:fs/promises';
import { csvRecords } from '../fakes/parse-csv.ts';
import { expect, type Page, test, visit } from './fixture.ts';
import { look } from './look.ts';
import { tile } from './pages.ts';
import {
  becomeSomebody,
  choose,
  fromMenu,
  giveName,
  goodPassword,
  invite,
  join,
  otherBrowser,
  signInHeading,
  takeLink,
} from './people-steps.ts';

async function makeOwnKey(page: Page, name: string): Promise<string> {
  await page.getByRole('button', { name: 'New key' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Create key' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  return key;
}

test('who is invited joins, makes a key within the limits, uses it, and sees what it used', async ({
  app,
  subject,
  browser,
}) => {
  await becomeSomebody(app, subject);
  const link = await invite(app, subject, { name: 'Mia' });
  await expect(app.getByRole('region', { name: 'Invites that wait' })).toContainText('Mia');

  const mia = await otherBrowser(browser, app);
  await mia.goto(link);
  // The rule is shown as it is met, and what everybody tries first is refused in words.
  await expect(mia.getByLabel('Your name')).toHaveValue('Mia');
  await mia.getByLabel('Password', { exact: true }).fill('short');
  await expect(mia.getByRole('listitem').filter({ hasText: 'At least 12 characters' })).toContainText('not met yet');
  await expect(mia.getByRole('button', { name: 'Join' })).toBeDisabled();
  await mia.getByLabel('Password', { exact: true }).fill('passwordpassword');
  await mia.getByRole('button', { name: 'Join' }).click();
  await expect(mia.getByText(/This password cannot be used/)).toBeVisible();
  await join(mia, link, 'Mia');

  await expect(mia.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  const key = await makeOwnKey(mia, 'laptop');
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
  await visit(mia, subject, '/requests');
  await expect(mia.getByText('laptop').first()).toBeVisible();
  await visit(mia, subject, '/usage?range=24h');
  await expect(mia.getByRole('link', { name: 'laptop' }).first()).toBeVisible();

  await visit(app, subject, '/keys');
  await expect(app.getByRole('link', { name: 'laptop' })).toBeVisible();
  await visit(app, subject, '/people');
  await app.getByRole('link', { name: 'Mia' }).click();
  await expect(app.getByRole('heading', { name: 'Mia', level: 1 })).toBeVisible();
  await expect(app.getByRole('link', { name: 'laptop' })).toBeVisible();
});

test('usage by person, each with what their keys used, and narrowed to one of them', async ({ app, subject, browser }, {
  project,
}) => {
  await becomeSomebody(app, subject);
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject, { name: 'Mia' }), 'Mia');
  const key = await makeOwnKey(mia, 'laptop');
  const house = await subject.createKey('--name', 'heater');
  for (const one of [key, key, house.key]) expect((await subject.chat(one, { model: 'echo' })).status).toBe(200);

  await visit(app, subject, '/usage?range=24h');
  await app.getByRole('radiogroup', { name: 'Split by' }).getByText('Person', { exact: true }).click();
  await expect(app.getByRole('heading', { name: 'Tokens by person' })).toBeVisible();
  const table = app.getByRole('table').filter({ hasText: 'Share' });
  await expect(table.getByRole('row', { name: 'Mia' }).getByRole('cell').nth(1)).toHaveText('2');
  await expect(table.getByRole('row', { name: 'No person' }).getByRole('cell').nth(1)).toHaveText('1');
  await look(app, `usage-by-person-${project.name}`);
  await table.getByRole('link', { name: 'No person' }).click();
  await expect(app.getByRole('button', { name: 'No longer only person No person' })).toBeVisible();
  await expect(table.getByRole('link', { name: 'heater', exact: true })).toBeVisible();
  await expect(table.getByRole('link', { name: 'laptop', exact: true })).toBeHidden();

  // Hers alone, to see and to take along.
  await visit(mia, subject, '/usage?range=24h');
  await expect(tile(mia, 'Requests')).toHaveText('2');
  await expect(mia.getByRole('radio', { name: 'Person', exact: true })).toHaveCount(0);
  await mia.getByRole('button', { name: 'Export' }).click();
  const saving = mia.waitForEvent('download');
  await mia.getByRole('button', { name: 'Save file' }).click();
  const [line] = csvRecords(await readFile(await (await saving).path(), 'utf8'));
  expect([line?.['label'], line?.['requests']]).toEqual(['laptop', '2']);

  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Remove…');
  await app.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(app.getByRole('link', { name: 'Mia' })).toBeHidden();
  await visit(app, subject, '/usage?range=24h&by=person');
  await table.getByRole('link', { name: 'Mia (removed)' }).click();
  await expect(app.getByRole('button', { name: 'No longer only person Mia (removed)' })).toBeVisible();
  await expect(table.getByRole('link', { name: 'laptop', exact: true })).toBeVisible();
});

test('a link works once, and not at all once it was taken back', async ({ app, subject, browser }) => {
  const first = await invite(app, subject, { name: 'Mia' });
  const second = await invite(app, subject, { name: 'Tom', role: 'Viewer' });
  await app.getByRole('button', { name: 'Take back the invite for Tom' }).click();
  await expect(app.getByText('Tom · Viewer')).toBeHidden();
  const page = await otherBrowser(browser, app);
  await page.goto(second);
  await expect(page.getByText('This link no longer works')).toBeVisible();
  await join(page, first, 'Mia');
  const other = await otherBrowser(browser, app);
  await other.goto(first);
  await expect(other.getByText('This link no longer works')).toBeVisible();
  await other.getByRole('button', { name: 'Go to the sign-in' }).click();
  await expect(signInHeading(other)).toBeVisible();
});

test('a new role ends the sessions of who gets it, and the next one shows it', async ({ app, subject, browser }) => {
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  await expect(mia.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Change role…');
  await app.getByRole('radio', { name: 'Viewer' }).click();
  await app.getByRole('button', { name: 'Save' }).click();
  await expect(app.getByRole('cell', { name: 'Viewer' })).toBeVisible();
  await expect(signInHeading(mia)).toBeVisible();
  await giveName(mia, subject, 'Mia');
  await expect(mia.getByRole('link', { name: 'Server' })).toBeAttached();
  await expect(mia.getByRole('button', { name: 'New key' })).toBeHidden();
});

test('a pause ends sessions and refuses keys until it is over', async ({ app, subject, browser }) => {
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  const key = await makeOwnKey(mia, 'laptop');
  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Pause');
  await expect(app.getByRole('dialog')).toContainText('refused at once');
  await app.getByRole('dialog').getByRole('button', { name: 'Pause' }).click();
  await expect(app.getByText('paused', { exact: true })).toBeVisible();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(403);
  await giveName(mia, subject, 'Mia');
  await expect(mia.getByRole('alert')).toContainText('paused');
  await fromMenu(app, 'Mia', 'Resume');
  await expect(app.getByText('paused', { exact: true })).toBeHidden();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
});

test('a reset ends sessions and gives a link with which a new password is chosen', async ({
  app,
  subject,
  browser,
}) => {
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Reset password…');
  await app.getByRole('dialog').getByRole('button', { name: 'Reset it' }).click();
  const link = await takeLink(app);
  await expect(signInHeading(mia)).toBeVisible();
  await mia.goto(link);
  await expect(mia.getByRole('heading', { name: 'Choose a new password' })).toBeVisible();
  await mia.getByLabel('New password').fill('marble-falcon-teapot-77');
  await mia.getByRole('button', { name: 'Save and sign in' }).click();
  await expect(mia.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
});

test('removing somebody names what breaks, ends their sessions and revokes their keys', async ({
  app,
  subject,
  browser,
}) => {
  await becomeSomebody(app, subject);
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  const key = await makeOwnKey(mia, 'laptop');
  await visit(app, subject, '/people');
  await app.getByRole('link', { name: 'Mia' }).click();
  await expect(app.getByRole('link', { name: 'laptop' })).toBeVisible();
  await fromMenu(app, 'Mia', 'Remove…');
  await expect(app.getByRole('dialog')).toContainText('Their key “laptop” is revoked');
  await app.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await expect(app.getByRole('heading', { name: 'People', level: 1 })).toBeVisible();
  await expect(app.getByRole('link', { name: 'Mia' })).toBeHidden();
  await expect(signInHeading(mia)).toBeVisible();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(401);
});

test('limits that are lowered hold the keys that are there', async ({ app, subject, browser }) => {
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  const key = await makeOwnKey(mia, 'laptop');
  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Change limits…');
  const dialog = app.getByRole('dialog');
  await dialog.getByLabel('How many keys').fill('1');
  await dialog.getByRole('button', { name: /^Rates/ }).click();
  await dialog.getByLabel('Requests a minute').fill('1');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(429);
  // And there is no second key.
  await visit(mia, subject, '/keys/new');
  await mia.getByLabel('Name', { exact: true }).fill('tablet');
  await mia.getByRole('button', { name: 'Create key' }).click();
  await expect(mia.getByRole('alert').filter({ hasText: 'you may have one key' })).toBeVisible();
});

test('keys are narrowed to whose they are', async ({ app, subject, browser }) => {
  await subject.createKey('--name', 'house key');
  const mia = await otherBrowser(browser, app);
  await join(mia, await invite(app, subject), 'Mia');
  await makeOwnKey(mia, 'laptop');
  await expect(mia.getByRole('link', { name: 'house key' })).toBeHidden();
  await visit(app, subject, '/keys');
  await choose(app, 'Whose keys to show', 'Mia');
  await expect(app.getByRole('link', { name: 'laptop' })).toBeVisible();
  await expect(app.getByRole('link', { name: 'house key' })).toBeHidden();
});

test('an invite that is opened in a signed-in browser says so, and signs in as the new person', async ({
  app,
  subject,
}) => {
  const link = await invite(app, subject);
  await app.goto(link);
  await expect(app.getByText('This browser is signed in already.')).toBeVisible();
  await app.getByLabel('Your name').fill('Mia');
  await app.getByLabel('Password', { exact: true }).fill(goodPassword);
  await app.getByRole('button', { name: 'Join' }).click();
  await expect(app.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  await visit(app, subject, '/people');
  await expect(app.getByText('People is not open to you')).toBeVisible();
});

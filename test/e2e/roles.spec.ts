// What each role sees: pages that are open to it without buttons that would fail, and of the others that they are not open.

import type { Browser } from '@playwright/test';
import { expect, type Page, type Subject, test, visit } from './fixture.ts';
import { look } from './look.ts';
import { type Invited, invite, join, otherBrowser } from './people-steps.ts';

/** Somebody of a role in a browser of their own, with what the house refused them since. */
async function somebody(app: Page, subject: Subject, browser: Browser, role: NonNullable<Invited['role']>) {
  const page = await otherBrowser(browser, app);
  const refused: string[] = [];
  page.on('response', (response) => response.status() >= 400 && refused.push(new URL(response.url()).pathname));
  await join(page, await invite(app, subject, { role }), 'Mia');
  await expect(page.locator('#page').getByRole('heading', { level: 1 })).toBeAttached();
  return { page, refused };
}

/** The rail, which is folded away on a phone. */
const rail = (page: Page) => page.getByRole('navigation', { name: 'Pages', includeHidden: true });

const closed = ['/server', '/projects', '/models', '/settings', '/history', '/people', '/welcome'] as const;

test('a member sees what is theirs, and of the rest that it is not open', async ({ app, subject, browser }, info) => {
  const { key } = await subject.createKey('--name', 'house key');
  const answer = await subject.chat(key, { model: 'echo' });
  await answer.text();
  const { page, refused } = await somebody(app, subject, browser, 'Member');
  await expect(page.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  await expect(rail(page).getByRole('link', { includeHidden: true })).toHaveText([
    'Keys',
    'Connect',
    'Usage',
    'Requests',
  ]);
  await expect(page.getByRole('link', { name: 'house key' })).toBeHidden();
  await page.getByRole('button', { name: 'New key' }).click();
  await expect(page.getByRole('menuitem')).toHaveCount(0);
  await page.getByRole('button', { name: 'Close', exact: true }).click();

  for (const path of closed) {
    await visit(page, subject, path);
    await expect(page.getByText('is not open to you')).toBeVisible();
  }
  await look(page, `not-allowed-dark-${info.project.name}`);
  await page.getByRole('link', { name: 'Go to my keys' }).click();
  await expect(page.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();

  for (const path of ['/connect/zed', '/usage', '/requests', '/me', '/keys']) {
    await visit(page, subject, path);
    await expect(page.locator('#page').getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  }
  expect(refused).toEqual([]);
  expect(await page.content()).not.toContain('house key');

  // What belongs to somebody else is not there.
  await visit(page, subject, `/requests/${answer.headers.get('x-request-id')}`);
  await expect(page.getByText('This request is not there')).toBeVisible();
  expect(refused).toEqual(['/rpc/requests/get']);
});

test('a viewer sees all of it and no button that would fail', async ({ app, subject, browser }) => {
  const { id } = await subject.createKey('--name', 'house key');
  const { id: project } = await subject.json<{ readonly id: string }>(['projects', 'create', '--name', 'Home']);
  const { page, refused } = await somebody(app, subject, browser, 'Viewer');
  const none = async (...names: readonly (string | RegExp)[]) => {
    for (const name of names) await expect(page.getByRole('button', { name })).toHaveCount(0);
  };
  await visit(page, subject, '/server');
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  await none('Stop server');
  await expect(page.getByRole('switch', { name: 'Require API key' })).toBeDisabled();
  await expect(page.getByRole('switch', { name: 'Serve on local network' })).toBeDisabled();
  await visit(page, subject, '/keys');
  await expect(page.getByRole('link', { name: 'house key' })).toBeVisible();
  await none('New key', /^Actions for/);
  await visit(page, subject, `/keys/${id}`);
  await expect(page.getByRole('heading', { name: 'house key' })).toBeVisible();
  await none(/^Actions for/);
  await visit(page, subject, `/projects/${project}`);
  await expect(page.getByRole('heading', { name: 'Home', level: 1 })).toBeVisible();
  await none('New key', /^Actions for/);
  await visit(page, subject, '/models');
  await expect(page.getByRole('heading', { name: 'Models', level: 1 })).toBeVisible();
  await none(/^Add/);
  await visit(page, subject, '/settings');
  await expect(page.getByRole('heading', { name: 'Settings', level: 1 })).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Require API key' })).toBeDisabled();
  await none('Import…', 'Back up…', 'Restore…', 'Edit prices');
  for (const path of ['/usage', '/requests', '/history', '/connect/zed']) {
    await visit(page, subject, path);
    await expect(page.locator('#page').getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  }
  await none('Make a key');
  await visit(page, subject, '/people');
  await expect(page.getByText('People is not open to you')).toBeVisible();
  expect(refused).toEqual([]);
});

test('a manager looks after keys and members, and nothing that is the owner’s', async ({ app, subject, browser }) => {
  await subject.createKey('--name', 'house key');
  const { page, refused } = await somebody(app, subject, browser, 'Manager');
  await join(await otherBrowser(browser, app), await invite(app, subject, { role: 'Viewer' }), 'Tom');
  await visit(page, subject, '/people');
  await expect(page.getByRole('link', { name: 'Tom' })).toBeVisible();
  await page.getByRole('button', { name: 'Actions for Tom' }).click();
  await expect(page.getByRole('menuitem')).toHaveText(['Change role…', 'Rename…', 'Pause']);
  await page.keyboard.press('Escape');
  await expect(page.getByText('Rules of signing in')).toBeHidden();
  await page.getByRole('button', { name: 'Invite…' }).click();
  await page.getByRole('combobox', { name: 'Role', exact: true }).click();
  await expect(page.getByRole('option')).toHaveText(['Member', 'Viewer']);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');

  await visit(page, subject, '/keys');
  await page.getByRole('button', { name: 'Actions for house key' }).click();
  await expect(page.getByRole('menuitem', { name: 'Pause' })).toBeVisible();
  await expect(page.getByRole('menuitem', { name: /Capture/ })).toHaveCount(0);
  await page.keyboard.press('Escape');
  await visit(page, subject, '/server');
  await expect(page.getByRole('button', { name: 'Stop server' })).toBeVisible();
  await expect(page.getByRole('switch', { name: 'Serve on local network' })).toBeDisabled();
  await visit(page, subject, '/settings');
  await expect(page.getByRole('button', { name: 'Import…' })).toBeVisible();
  await expect(page.getByLabel('Keep single requests for')).toBeEnabled();
  await expect(page.getByRole('switch', { name: 'Require API key' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Back up…' })).toHaveCount(0);
  expect(refused).toEqual([]);
});

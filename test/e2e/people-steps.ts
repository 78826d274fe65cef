// What the specs of people do again and again: invite somebody, join as them in a browser of their own, sign in with a
// password, and work out the code that an authenticator would show.

import type { Browser } from '@playwright/test';
import { TOTP } from 'otpauth';
import { expect, type Page, type Subject, visit } from './fixture.ts';

/** Long enough, and nobody's first guess. */
export const goodPassword = 'lantern-otter-bracket-41';

export type Invited = { readonly role?: 'Owner' | 'Manager' | 'Member' | 'Viewer'; readonly name?: string };

/** Makes an invite on the page People and reads its link from the clipboard. */
export async function invite(
  app: Page,
  subject: Subject,
  { role = 'Member', name = '' }: Invited = {},
): Promise<string> {
  await visit(app, subject, '/people');
  await app.getByRole('button', { name: 'Invite…' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByLabel('Name', { exact: true }).fill(name);
  if (role !== 'Member') await choose(app, 'Role', role);
  await dialog.getByRole('button', { name: 'Make the link' }).click();
  return takeLink(app);
}

/** Copies the link that is shown, and closes its dialog. */
export async function takeLink(app: Page): Promise<string> {
  const dialog = app
    .getByRole('dialog')
    .filter({ hasText: 'link is ready' })
    .or(app.getByRole('dialog').filter({ hasText: 'invite is ready' }));
  await dialog.getByRole('button', { name: 'Copy invite link' }).click();
  const link = await app.evaluate(() => navigator.clipboard.readText());
  expect(link).toContain('/#/invite/');
  await dialog.getByRole('button', { name: 'I have passed it on' }).click();
  await expect(dialog).toBeHidden();
  return link;
}

/** Somebody else's browser. */
export async function otherBrowser(browser: Browser, like: Page): Promise<Page> {
  const viewport = like.viewportSize();
  const context = await browser.newContext({
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
    ...(viewport ? { viewport } : {}),
  });
  return context.newPage();
}

export async function join(page: Page, link: string, name: string, password = goodPassword): Promise<void> {
  await page.goto(link);
  await page.getByLabel('Your name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Join' }).click();
  await expect(page.getByRole('button', { name: 'Join' })).toBeHidden();
}

/** Fills in the sign-in; what comes of it is looked at by who asks. */
export async function giveName(page: Page, subject: Subject, name: string, password = goodPassword): Promise<void> {
  if (!page.url().startsWith(subject.pages)) await page.goto(subject.pages);
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const signInHeading = (page: Page) => page.getByRole('heading', { name: 'Sign in to Keyhatch' });

/** Makes the owner who came in by a link somebody with a name and a password. */
export async function becomeSomebody(app: Page, subject: Subject, name = 'Olga'): Promise<void> {
  await visit(app, subject, '/me');
  await app.getByRole('button', { name: 'Choose name and password…' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByLabel('Your name').fill(name);
  await dialog.getByLabel('Password', { exact: true }).fill(goodPassword);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
}

/** Sets an authenticator up in the dialog or page that is open. */
export async function setUpAuthenticator(
  page: Page,
): Promise<{ readonly totp: TOTP; readonly codes: readonly string[] }> {
  const secret = (await page.locator('.kh-secret-text').innerText()).replaceAll(' ', '');
  const totp = new TOTP({ secret });
  await page.getByLabel('Then type the six digits that it shows:').fill(totp.generate());
  await page.getByRole('button', { name: 'Confirm' }).click();
  const list = page.getByRole('list', { name: 'Recovery codes' });
  await expect(list).toBeVisible();
  const codes = await list.getByRole('listitem').allInnerTexts();
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await expect(list).toBeHidden();
  return { totp, codes };
}

/** The next code: each counts once, and the one of now was used to set it up. */
export const nextCode = (totp: TOTP): string => totp.generate({ timestamp: Date.now() + 30_000 });

export async function choose(page: Page, label: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name: label, exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

export async function fromMenu(page: Page, name: string, item: string): Promise<void> {
  await page.getByRole('button', { name: `Actions for ${name}` }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

/** Answers the question who one is. */
export async function proveByPassword(page: Page, password = goodPassword): Promise<void> {
  const dialog = page.getByRole('dialog').filter({ hasText: 'Is it you?' });
  await dialog.getByLabel('Password', { exact: true }).fill(password);
  await dialog.getByRole('button', { name: 'Go on' }).click();
  await expect(dialog).toBeHidden();
}

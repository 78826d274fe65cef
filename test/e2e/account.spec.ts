// Signing in with a password and an authenticator, and what one does about one's own account and sessions.

import { toWireError } from '../../shared/error-wire.ts';
import { KeyhatchError } from '../../shared/errors.ts';
import { anotherLink, expect, type Page, test, visit } from './fixture.ts';
import {
  becomeSomebody,
  fromMenu,
  giveName,
  goodPassword,
  invite,
  join,
  nextCode,
  otherBrowser,
  proveByPassword,
  setUpAuthenticator,
  signInHeading,
} from './people-steps.ts';

test('nothing is asked before there is a session', async ({ page, subject }) => {
  const asked: string[] = [];
  page.on('request', (request) => asked.push(new URL(request.url()).pathname));
  const complaints: string[] = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  await visit(page, subject, '/server');
  await expect(signInHeading(page)).toBeVisible();
  await giveName(page, subject, 'nobody', 'not a password of anybody');
  await expect(page.getByRole('alert')).toContainText('The name or the password is wrong.');
  expect(asked.filter((path) => path.startsWith('/rpc'))).toEqual([]);
  // The browser itself notes the one sign-in that failed.
  expect(complaints.filter((text) => !text.includes('403'))).toEqual([]);
});

test('the first owner is asked for a name and a password, may put it off, and is reminded', async ({
  page,
  subject,
  browser,
}) => {
  await subject.createKey('--name', 'house key');
  await page.goto(subject.link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Make this your account' })).toBeVisible();
  await page.getByRole('button', { name: 'Not now' }).click();
  await visit(page, subject, '/server');
  await expect(page.getByText('You have no password yet')).toBeVisible();
  await becomeSomebody(page, subject, 'Olga');
  await expect(page.getByText('You have no password yet')).toBeHidden();
  await expect(page.getByRole('region', { name: 'You', exact: true })).toContainText('Olga');

  const other = await otherBrowser(browser, page);
  await giveName(other, subject, 'Olga', 'the wrong one altogether');
  await expect(other.getByRole('alert')).toContainText('The name or the password is wrong.');
  await giveName(other, subject, 'Olga');
  await expect(signInHeading(other)).toBeHidden();
  await expect(other.locator('#page')).toBeVisible();
});

test('an authenticator is set up, asked for at sign-in, and a recovery code stands in for it', async ({
  app,
  subject,
  browser,
}) => {
  await becomeSomebody(app, subject);
  await app.getByRole('button', { name: 'Set up…' }).click();
  await expect(app.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
  await app.getByLabel('Then type the six digits that it shows:').fill('000000');
  await app.getByRole('button', { name: 'Confirm' }).click();
  await expect(app.getByText('This code does not fit.')).toBeVisible();
  const { totp, codes } = await setUpAuthenticator(app);
  expect(codes.length).toBeGreaterThan(5);
  await expect(app.getByText(`${codes.length} left.`)).toBeVisible();

  const other = await otherBrowser(browser, app);
  await giveName(other, subject, 'Olga');
  await other.getByLabel('Code from your authenticator').fill('000000');
  await other.getByRole('button', { name: 'Confirm' }).click();
  await expect(other.getByRole('alert')).toContainText('The code is wrong');
  await other.getByLabel('Code from your authenticator').fill(nextCode(totp));
  await other.getByRole('button', { name: 'Confirm' }).click();
  await expect(other.locator('#page')).toBeVisible();

  const third = await otherBrowser(browser, app);
  await giveName(third, subject, 'Olga');
  await third.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await third.getByLabel('Recovery code').fill(codes[0] ?? '');
  await third.getByRole('button', { name: 'Confirm' }).click();
  await expect(third.locator('#page')).toBeVisible();
  await visit(third, subject, '/me');
  await expect(third.getByText(`${codes.length - 1} left.`)).toBeVisible();
  // Each works once.
  const fourth = await otherBrowser(browser, app);
  await giveName(fourth, subject, 'Olga');
  await fourth.getByRole('button', { name: 'Use a recovery code instead' }).click();
  await fourth.getByLabel('Recovery code').fill(codes[0] ?? '');
  await fourth.getByRole('button', { name: 'Confirm' }).click();
  await expect(fourth.getByRole('alert')).toContainText('wrong or was used already');
});

test('too many attempts are put off, and the page says for how long', async ({ app, subject, browser }) => {
  await becomeSomebody(app, subject);
  const other = await otherBrowser(browser, app);
  await other.goto(subject.pages);
  await other.evaluate(async () => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ name: 'Olga', password: 'the wrong one altogether' });
    for (let tries = 0; tries < 10; tries += 1) await fetch('/session', { method: 'POST', headers, body });
  });
  await giveName(other, subject, 'Olga', 'the wrong one altogether');
  await expect(other.getByText(/Try again in \d+ (s|min)/).first()).toBeVisible();
});

test('sessions are listed by device, and ended one by one or all others at once', async ({ app, subject, browser }) => {
  await becomeSomebody(app, subject);
  const [first, second] = [await otherBrowser(browser, app), await otherBrowser(browser, app)];
  for (const page of [first, second]) {
    await giveName(page, subject, 'Olga');
    await expect(page.locator('#page')).toBeVisible();
  }
  await visit(app, subject, '/people');
  await visit(app, subject, '/me');
  const list = app.getByRole('region', { name: 'Where you are signed in' });
  await expect(list.getByText('this browser')).toHaveCount(1);
  const ends = list.getByRole('button', { name: /^End the session of/ });
  await expect(ends).toHaveCount(2);
  await expect(list).toContainText('127.0.0.1');
  await ends.first().click();
  await expect(ends).toHaveCount(1);

  const third = await otherBrowser(browser, app);
  await giveName(third, subject, 'Olga');
  await expect(third.locator('#page')).toBeVisible();
  await visit(third, subject, '/me');
  await third.getByRole('button', { name: 'End all others' }).click();
  await third.getByRole('dialog').getByRole('button', { name: 'End them' }).click();
  await expect(third.getByRole('button', { name: /^End the session of/ })).toHaveCount(0);
  for (const page of [app, first, second]) await expect(signInHeading(page)).toBeVisible();
});

test('a changed password ends all other sessions and works from then on', async ({ app, subject, browser }) => {
  await becomeSomebody(app, subject);
  const other = await otherBrowser(browser, app);
  await giveName(other, subject, 'Olga');
  await expect(other.locator('#page')).toBeVisible();
  const panel = app.getByRole('region', { name: 'Signing in' });
  await panel.getByRole('button', { name: 'Change…' }).click();
  await app.getByLabel('New password').fill('marble-falcon-teapot-77');
  await app.getByRole('button', { name: 'Save' }).click();
  await expect(app.getByRole('dialog')).toBeHidden();
  await expect(signInHeading(other)).toBeVisible();
  await giveName(other, subject, 'Olga', 'marble-falcon-teapot-77');
  await expect(other.locator('#page')).toBeVisible();
});

test('signing in as somebody else leaves nothing of the one before on the page', async ({ app, subject, browser }) => {
  await subject.createKey('--name', 'house key');
  await becomeSomebody(app, subject);
  const link = await invite(app, subject);
  await join(await otherBrowser(browser, app), link, 'Mia');
  await visit(app, subject, '/keys');
  await expect(app.getByRole('link', { name: 'house key' })).toBeVisible();
  // The session ends elsewhere, and another person signs in where it was.
  const third = await otherBrowser(browser, app);
  await giveName(third, subject, 'Olga');
  await expect(third.locator('#page')).toBeVisible();
  await visit(third, subject, '/me');
  const own = third.getByRole('region', { name: 'Where you are signed in' });
  await own.getByRole('button', { name: /^End the session of/ }).click();
  await expect(signInHeading(app)).toBeVisible();
  await giveName(app, subject, 'Mia');
  await expect(app.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  expect(await app.content()).not.toContain('house key');
});

test('who owes an authenticator sets it up before anything else opens', async ({ app, subject, browser }) => {
  await subject.cli(['settings', 'set', 'people.totpRequiredFor', '["member"]']);
  const mia = await otherBrowser(browser, app);
  const asked: string[] = [];
  mia.on('response', (response) => response.status() >= 400 && asked.push(response.url()));
  await join(mia, await invite(app, subject), 'Mia');
  await expect(mia.getByRole('heading', { name: 'Set up an authenticator' })).toBeVisible();
  await expect(mia.locator('#page')).toBeHidden();
  await mia.getByRole('button', { name: 'Begin' }).click();
  await setUpAuthenticator(mia);
  await expect(mia.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
  expect(asked).toEqual([]);
});

test('what matters asks again who one is, and then goes on by itself', async ({ app, subject, browser }) => {
  await becomeSomebody(app, subject);
  await join(await otherBrowser(browser, app), await invite(app, subject), 'Mia');
  const made = await oldProof(app, 'people/remove');
  await visit(app, subject, '/people');
  await fromMenu(app, 'Mia', 'Remove…');
  await app.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  // Given up, nothing has happened and nothing complains.
  await app.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
  await expect(app.getByRole('dialog')).toBeHidden();
  await expect(app.getByRole('alert')).toHaveCount(0);
  await expect(app.getByRole('link', { name: 'Mia' })).toBeVisible();

  await fromMenu(app, 'Mia', 'Remove…');
  await app.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
  await app.getByRole('dialog').getByLabel('Password', { exact: true }).fill('the wrong one altogether');
  await app.getByRole('dialog').getByRole('button', { name: 'Go on' }).click();
  await expect(app.getByRole('dialog').getByRole('alert')).toContainText('The password is wrong.');
  await proveByPassword(app, goodPassword);
  await expect(app.getByRole('link', { name: 'Mia' })).toBeHidden();
  expect(made()).toBe(3);
});

test('an owner without a password says who they are by a new link', async ({ app, subject }) => {
  await oldProof(app, 'server/setLan');
  await visit(app, subject, '/server');
  await expect(app.getByRole('switch', { name: 'Serve on local network' })).toBeEnabled();
  await app.getByRole('switch', { name: 'Serve on local network' }).click({ force: true });
  const choice = app.getByRole('dialog').filter({ hasText: 'Serve on local network' });
  const question = app.getByRole('dialog').filter({ hasText: 'Is it you?' });
  await choice.getByRole('button', { name: 'Open networks' }).click();
  // Given up, the dialog that it came from is still there.
  await question.getByLabel('Sign-in link').press('Escape');
  await expect(question).toBeHidden();
  await choice.getByRole('button', { name: 'Open networks' }).click();
  await question.getByLabel('Sign-in link').fill('not a link');
  await expect(question.getByText('This is not a sign-in link.')).toBeVisible();
  await question.getByLabel('Sign-in link').fill(await anotherLink(subject));
  await question.getByRole('button', { name: 'Go on' }).click();
  await expect(choice).toBeHidden();
  await expect(app.getByRole('switch', { name: 'Serve on local network' })).toBeChecked();
});

/** Makes one call answer as if the last proof were too long ago, until a new one is given. */
async function oldProof(app: Page, call: string): Promise<() => number> {
  let proved = false;
  let made = 0;
  await app.route('**/session/proof', async (route) => {
    const response = await route.fetch();
    proved = response.ok();
    await route.fulfill({ response });
  });
  await app.route(`**/rpc/${call}`, async (route) => {
    made += 1;
    if (proved) return route.continue();
    const error = toWireError(new KeyhatchError('proof_required'), { error: () => {} });
    return route.fulfill({ status: error.status, json: { json: error.toJSON() } });
  });
  return () => made;
}

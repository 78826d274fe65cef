// Every page and dialog of people and sessions in dark and light: no violation of axe's rules, nothing wider than the screen,
// and a picture for people to look at in the folder screenshots/, which is not kept.

import { expect, test, visit } from './fixture.ts';
import { look } from './look.ts';
import {
  becomeSomebody,
  fromMenu,
  giveName,
  invite,
  join,
  otherBrowser,
  setUpAuthenticator,
  signInHeading,
} from './people-steps.ts';

for (const scheme of ['dark', 'light'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    test('coming in can be used by everybody', async ({ page, subject, browser }, { project }) => {
      const picture = (name: string) => `${name}-${scheme}-${project.name}`;
      await subject.createKey('--name', 'house key');
      await page.goto(subject.link);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await expect(page.getByRole('heading', { name: 'Make this your account' })).toBeVisible();
      await look(page, picture('first-account'));
      await page.getByRole('button', { name: 'Not now' }).click();
      await visit(page, subject, '/server');
      await expect(page.getByText('You have no password yet')).toBeVisible();
      await look(page, picture('server-reminder'));

      const other = await otherBrowser(browser, page);
      await other.emulateMedia({ colorScheme: scheme });
      await other.goto(subject.pages);
      await expect(signInHeading(other)).toBeVisible();
      await look(other, picture('sign-in-password'));
      await giveName(other, subject, 'Olga', 'the wrong one altogether');
      await expect(other.getByRole('alert')).toBeVisible();
      await look(other, picture('sign-in-wrong'));
      const link = await invite(page, subject, { name: 'Mia' });
      await other.goto(link);
      await other.getByLabel('Password', { exact: true }).fill('long enough to be one');
      await look(other, picture('invite'));
      await join(other, link, 'Mia');
      await other.goto(`${link.slice(0, -5)}wrong`);
      await expect(other.getByText('This link no longer works')).toBeVisible();
      await look(other, picture('invite-gone'));
    });

    test('pages of people can be used by everybody', async ({ app, subject, browser }, { project }) => {
      const picture = (name: string) => `${name}-${scheme}-${project.name}`;
      await becomeSomebody(app, subject);
      await invite(app, subject, { name: 'Tom with a rather long name', role: 'Viewer' });
      const mia = await otherBrowser(browser, app);
      await join(mia, await invite(app, subject, { name: 'Mia' }), 'Mia');
      await expect(mia.getByRole('heading', { name: 'Keys', level: 1 })).toBeVisible();
      await visit(app, subject, '/people');
      await expect(app.getByRole('link', { name: 'Mia' })).toBeVisible();
      await look(app, picture('people'));
      await app.getByRole('button', { name: 'Invite…' }).click();
      await app
        .getByRole('dialog')
        .getByRole('button', { name: /^Rates/ })
        .click();
      await look(app, picture('people-invite'));
      await app.getByRole('button', { name: 'Make the link' }).click();
      await expect(app.getByText('The invite is ready')).toBeVisible();
      await look(app, picture('people-link'));
      await app.getByRole('button', { name: 'I have passed it on' }).click();
      await fromMenu(app, 'Mia', 'Change role…');
      await look(app, picture('people-role'));
      await app.getByRole('button', { name: 'Cancel' }).click();
      await app.getByRole('link', { name: 'Mia' }).click();
      await expect(app.getByRole('heading', { name: 'Mia', level: 1 })).toBeVisible();
      await look(app, picture('person'));
    });

    test('one’s own account can be used by everybody', async ({ app, subject, browser }, { project }) => {
      const picture = (name: string) => `${name}-${scheme}-${project.name}`;
      await becomeSomebody(app, subject);
      const other = await otherBrowser(browser, app);
      await giveName(other, subject, 'Olga');
      await expect(other.locator('#page')).toBeVisible();
      await app.getByRole('button', { name: 'Set up…' }).click();
      await expect(app.getByRole('img', { name: 'QR code for your authenticator' })).toBeVisible();
      await look(app, picture('account-authenticator'));
      await setUpAuthenticator(app);
      await look(app, picture('account'));
      await app.getByRole('button', { name: 'Make new ones…' }).click();
      await app.getByRole('button', { name: 'Make new codes' }).click();
      await expect(app.getByRole('list', { name: 'Recovery codes' })).toBeVisible();
      await look(app, picture('account-codes'));
      await app.getByRole('button', { name: 'I have kept them' }).click();
      await app.getByRole('region', { name: 'Signing in' }).getByRole('button', { name: 'Change…' }).click();
      await look(app, picture('account-password'));
    });
  });
}

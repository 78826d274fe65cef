// Every page and dialog in dark and light: no violation of axe's rules, nothing wider than the screen, and a picture for
// people to look at in the folder screenshots/, which is not kept.

import { dialogs } from './dialogs.ts';
import { expect, test, visit } from './fixture.ts';
import { look } from './look.ts';
import { places } from './pages.ts';

for (const scheme of ['dark', 'light'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    for (const place of places) {
      test(`${place.name} can be used by everybody`, async ({ app, subject }, { project }) => {
        const { key } = await subject.createKey('--name', 'Continue on laptop');
        await (await subject.chat(key, { model: 'echo' })).text();
        await visit(app, subject, place.path);
        await place.ready(app);
        await look(app, `${place.name}-${scheme}-${project.name}`);
      });
    }

    test('the key page, its menu and its questions can be used by everybody', async ({ app, subject }, { project }) => {
      const { id, key } = await subject.createKey('--name', 'Continue on laptop');
      await (await subject.chat(key, { model: 'echo' })).text();
      await visit(app, subject, `/keys/${id}`);
      await expect(app.getByRole('heading', { name: 'Continue on laptop' })).toBeVisible();
      await look(app, `key-${scheme}-${project.name}`);
      await app.getByRole('button', { name: 'Actions for Continue on laptop' }).click();
      await look(app, `key-menu-${scheme}-${project.name}`);
      await app.getByRole('menuitem', { name: 'Revoke…' }).click();
      await expect(app.getByRole('dialog')).toBeVisible();
      await look(app, `key-revoke-${scheme}-${project.name}`);
    });

    for (const dialog of dialogs) {
      test(`${dialog.name} can be used by everybody`, async ({ app, subject }, { project }) => {
        // Before anything is opened: what folds is built anew when this changes.
        await app.emulateMedia({ reducedMotion: 'reduce' });
        await visit(app, subject, await dialog.path(subject));
        await dialog.open(app);
        await look(app, `${dialog.name}-${scheme}-${project.name}`);
      });
    }

    test('a project can be used by everybody', async ({ app, subject }, { project }) => {
      const { id } = await subject.json<{ readonly id: string }>(['projects', 'create', '--name', 'Home']);
      const { key } = await subject.createKey('--name', 'Tablet', '--project', 'Home', '--budget', 'day:4tokens');
      await (await subject.chat(key, { model: 'echo' })).text();
      await visit(app, subject, `/projects/${id}`);
      await expect(app.getByRole('link', { name: 'Tablet' })).toBeVisible();
      await look(app, `project-${scheme}-${project.name}`);
    });

    for (const [name, opener, ready] of [
      ['the price table', 'Edit prices', 'Add a row'],
      ['the export', 'Export', 'Save file'],
    ] as const) {
      test(`${name} can be used by everybody`, async ({ app, subject }, { project }) => {
        const { key } = await subject.createKey('--name', 'Continue on laptop');
        await (await subject.chat(key, { model: 'echo' })).text();
        await visit(app, subject, '/usage?range=24h');
        await app.getByRole('button', { name: opener }).click();
        await expect(app.getByRole('button', { name: ready })).toBeVisible();
        await look(app, `${name.replaceAll(' ', '-')}-${scheme}-${project.name}`);
      });
    }

    test('the key shown once can be used by everybody', async ({ app, subject }, { project }) => {
      await visit(app, subject, '/keys/new');
      await app.getByLabel('Name', { exact: true }).fill('Zed on the desktop');
      await app.getByRole('button', { name: 'Create key' }).click();
      await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
      await look(app, `shown-once-${scheme}-${project.name}`);
    });

    test('one request can be used by everybody', async ({ app, subject }, { project }) => {
      const { key } = await subject.createKey('--name', 'Continue on laptop');
      const answer = await subject.chat(key, { model: 'echo' });
      await answer.text();
      await visit(app, subject, `/requests/${answer.headers.get('x-request-id')}`);
      await expect(app.getByText('Continue on laptop').first()).toBeVisible();
      await look(app, `request-${scheme}-${project.name}`);
    });

    test('the sign-in can be used by everybody', async ({ page, subject }, { project }) => {
      await page.goto(subject.link);
      await expect(page.getByRole('button', { name: 'Sign in' })).toBeVisible();
      await look(page, `sign-in-${scheme}-${project.name}`);
    });

    test('the command palette can be used by everybody', async ({ app, subject }, { project }) => {
      await visit(app, subject, '/server');
      await expect(app.getByText('Running', { exact: true })).toBeVisible();
      await app.keyboard.press('Control+k');
      await expect(app.getByRole('dialog')).toBeVisible();
      await look(app, `palette-${scheme}-${project.name}`);
    });
  });
}

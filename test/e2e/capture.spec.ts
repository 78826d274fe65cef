// Capture from end to end: switched on for a key, seen everywhere while it is on, the conversation opened, sent again, both
// answers side by side, switched off, wiped; each dialog and page looked at for everybody.

import { expect, type Page, type Subject, test, visit } from './fixture.ts';
import { look } from './look.ts';

const prompt = 'Where does the owl fly?';

async function startCapture(page: Page, subject: Subject, keyId: string): Promise<void> {
  await visit(page, subject, `/keys/${keyId}`);
  await page.getByRole('button', { name: 'Actions for laptop' }).click();
  await page.getByRole('menuitem', { name: 'Capture…' }).click();
  await expect(page.getByRole('dialog')).toContainText('encrypted');
}

for (const scheme of ['dark', 'light'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme });

    test('capture is switched on, seen everywhere, read, sent again and switched off', async ({ app, subject }, {
      project,
    }) => {
      test.slow();
      const shot = (name: string) => look(app, `${name}-${scheme}-${project.name}`);
      const { id: keyId, key } = await subject.createKey('--name', 'laptop');
      await startCapture(app, subject, keyId);
      await shot('capture-dialog');
      await app.getByRole('button', { name: 'Start capturing' }).click();
      await expect(app.getByRole('dialog')).toBeHidden();
      const mark = app.getByRole('link', { name: /Prompts and answers are being kept/ }).first();
      await expect(app.getByRole('alert')).toContainText('is kept, encrypted, until');
      await expect(mark).toBeVisible();
      await shot('capture-key');

      for (const path of ['/server', '/keys', '/usage', '/settings', '/models']) {
        await visit(app, subject, path);
        await expect(mark).toBeVisible();
      }
      await visit(app, subject, '/keys');
      await expect(app.getByRole('row', { name: /laptop/ }).getByText('captured')).toBeVisible();
      await visit(app, subject, '/server');
      await expect(app.getByRole('button', { name: 'Stop capturing laptop' })).toBeVisible();
      await shot('capture-server');

      const messages = [
        { role: 'system', content: 'Answer in one word.' },
        { role: 'user', content: prompt },
      ];
      const answer = await subject.chat(key, { model: 'echo', messages, stream: true });
      expect(answer.headers.get('x-keyhatch-captured')).toBe('1');
      await answer.text();
      await visit(app, subject, `/requests/${answer.headers.get('x-request-id')}`);
      await app.getByRole('button', { name: 'Open the conversation' }).click();
      const asked = app.getByRole('list', { name: 'Asked' });
      await expect(asked).toContainText(prompt);
      await expect(app.getByRole('region', { name: 'Answered' })).toContainText('owl');
      await expect(app.getByRole('region', { name: 'The same again with curl' })).toContainText('owl');
      await shot('conversation');

      await app.getByRole('button', { name: 'Send it again…' }).click();
      const dialog = app.getByRole('dialog');
      await expect(dialog).toContainText('money');
      await dialog.getByRole('combobox', { name: 'Model' }).fill('echo:latest');
      await shot('replay-dialog');
      await dialog.getByRole('button', { name: 'Send', exact: true }).click();
      const sides = app.getByRole('region', { name: 'Side by side' });
      await expect(sides.getByRole('article', { name: 'First: echo' })).toContainText('owl');
      await expect(sides.getByRole('article', { name: 'Again: echo:latest' })).toContainText('owl');
      await expect(sides.getByText('tok', { exact: false }).first()).toBeVisible();
      await shot('replay');

      await visit(app, subject, `/keys/${keyId}`);
      await app.getByRole('button', { name: 'Stop capturing laptop' }).click();
      await expect(mark).toBeHidden();
      await visit(app, subject, '/settings');
      await expect(app.getByText('2 requests,')).toBeVisible();
      await app.getByRole('button', { name: 'Wipe captured…' }).click();
      await shot('capture-wipe');
      await app.getByRole('dialog').getByRole('button', { name: 'Wipe', exact: true }).click();
      await expect(app.getByText('Nothing. Capture is switched on')).toBeVisible();
      await app.goBack();
      await visit(app, subject, `/requests/${answer.headers.get('x-request-id')}`);
      await app.getByRole('button', { name: 'Open the conversation' }).click();
      await expect(app.getByText('What was said is no longer kept')).toBeVisible();
    });
  });
}

// Connecting a program: its snippet is filled in, and the test on its page turns green when the program asks.

import { expect, test, visit } from './fixture.ts';

test('the test on a program’s page turns green with the first request of the chosen key', async ({ app, subject }) => {
  const { key } = await subject.createKey('--name', 'Zed');
  await visit(app, subject, '/connect');
  await app.getByRole('link', { name: /^Zed/ }).click();
  await expect(app.getByText(`"api_url": "${subject.saidUrl}/v1"`)).toBeVisible();
  const test = app.getByRole('region', { name: 'Test' });
  await test
    .getByRole('combobox', { name: 'Key' })
    .or(test.getByRole('textbox', { name: 'Key' }))
    .first()
    .click();
  await app.getByRole('option', { name: /Zed/ }).click();
  await test.getByRole('button', { name: 'Wait for a request' }).click();
  await subject.chat(key, { model: 'echo' });
  await expect(test.getByText(/It works/)).toBeVisible();
});

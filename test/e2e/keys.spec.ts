// A key from its making to its end, with a real client on the other side.

import OpenAI from 'openai';
import { expect, type Page, type Subject, test, visit } from './fixture.ts';

async function makeKey(app: Page, subject: Subject, name: string): Promise<string> {
  await visit(app, subject, '/keys/new');
  await app.getByLabel('Name', { exact: true }).fill(name);
  await app.getByRole('button', { name: 'Create key' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  const key = await app.evaluate(() => navigator.clipboard.readText());
  expect(key).toMatch(/^kh_/);
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await expect(dialog).toBeHidden();
  return key;
}

const clientOf = (subject: Subject, apiKey: string) =>
  new OpenAI({ baseURL: `${subject.url}/v1`, apiKey, maxRetries: 0 });
const hello = { model: 'echo', messages: [{ role: 'user' as const, content: 'hello' }] };

test('a key is shown once, works in a real client, and is gone after a reload', async ({ app, subject }) => {
  const key = await makeKey(app, subject, 'laptop');
  const answer = await clientOf(subject, key).chat.completions.create(hello);
  expect(answer.choices[0]?.message.content).toContain('hello');

  await app.reload();
  await expect(app.getByRole('link', { name: 'laptop' })).toBeVisible();
  const secret = key.slice(key.lastIndexOf('_') + 1);
  expect(await app.content()).not.toContain(secret);
  const kept = await app.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, window.location.href]),
  );
  expect(kept).not.toContain(secret);
});

test('a paused key is refused at once, and works again when resumed', async ({ app, subject }) => {
  const client = clientOf(subject, await makeKey(app, subject, 'tablet'));
  await app.getByRole('button', { name: 'Actions for tablet' }).click();
  await app.getByRole('menuitem', { name: 'Pause' }).click();
  await expect(app.getByText('paused', { exact: true })).toBeVisible();
  await expect(client.chat.completions.create(hello)).rejects.toMatchObject({ status: 403 });

  await app.getByRole('button', { name: 'Actions for tablet' }).click();
  await app.getByRole('menuitem', { name: 'Resume' }).click();
  await expect(app.getByText('paused', { exact: true })).toBeHidden();
  await client.chat.completions.create(hello);
});

test('revoking asks first and says that it cannot be undone', async ({ app, subject }) => {
  const client = clientOf(subject, await makeKey(app, subject, 'old plugin'));
  await app.getByRole('button', { name: 'Actions for old plugin' }).click();
  await app.getByRole('menuitem', { name: 'Revoke…' }).click();
  const question = app.getByRole('dialog', { name: 'Revoke “old plugin”?' });
  await expect(question).toContainText('cannot be undone');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await client.chat.completions.create(hello);

  await app.getByRole('button', { name: 'Actions for old plugin' }).click();
  await app.getByRole('menuitem', { name: 'Revoke…' }).click();
  await app.getByRole('button', { name: 'Revoke', exact: true }).click();
  await expect(app.getByText('revoked', { exact: true })).toBeVisible();
  await expect(client.chat.completions.create(hello)).rejects.toMatchObject({ status: 401 });
});

test('a rotated key gives a new secret, and the old one lives out its grace', async ({ app, subject }) => {
  const before = await makeKey(app, subject, 'rotating');
  await app.getByRole('button', { name: 'Actions for rotating' }).click();
  await app.getByRole('menuitem', { name: 'Rotate…' }).click();
  await app.getByRole('button', { name: 'Make a new secret' }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  const after = await app.evaluate(() => navigator.clipboard.readText());
  expect(after).not.toBe(before);
  await clientOf(subject, before).chat.completions.create(hello);
  await clientOf(subject, after).chat.completions.create(hello);
});

test('going back does not take away a key that was not stored yet', async ({ app, subject }) => {
  await visit(app, subject, '/keys');
  await app.getByRole('button', { name: 'New key' }).click();
  await app.getByLabel('Name', { exact: true }).fill('laptop');
  await app.getByRole('button', { name: 'Create key' }).click();
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
  await visit(app, subject, '/usage');
  await expect(app.getByRole('heading', { name: 'Usage', level: 1, includeHidden: true })).toBeAttached();
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();
});

test('rows stay where they are while the pointer is over them, and are sorted again when it leaves', async ({
  app,
  subject,
}) => {
  await subject.createKey('--name', 'attic');
  const { key } = await subject.createKey('--name', 'balcony');
  await visit(app, subject, '/keys');
  const names = app.getByRole('row').getByRole('link', { name: /^(attic|balcony)$/ });
  await expect(names).toHaveText(['attic', 'balcony']);
  await app.getByRole('link', { name: 'attic' }).hover();
  expect((await subject.chat(key, { model: 'echo' })).status).toBe(200);
  // Its row is as it is now, and stands where it stood.
  await expect(app.getByRole('row', { name: /balcony/ })).toContainText(/now|s ago/);
  await expect(names).toHaveText(['attic', 'balcony']);
  await app.getByRole('heading', { name: 'Keys', level: 1 }).hover();
  await expect(names).toHaveText(['balcony', 'attic']);
});

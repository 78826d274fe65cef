// Ways in without a key, as the page Server opens and closes them: what it says and what the ports then do.

import { freePort } from '../fakes/free-port.ts';
import { expect, type Page, test, visit } from './fixture.ts';
import { look } from './look.ts';

test.use({ colorScheme: 'dark' });

const body = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'hi' }] });
const ask = (base: string) =>
  fetch(`${base}/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });

async function openDialog(app: Page, kind: RegExp) {
  await app.getByRole('button', { name: 'Open a way in' }).click();
  await app.getByRole('menuitem', { name: kind }).click();
  const dialog = app.getByRole('dialog');
  await dialog.getByRole('combobox', { name: 'Counts as the key' }).click();
  await app.getByRole('option', { name: 'television' }).click();
  return dialog;
}

test('a path token is shown once, works until it is closed, and asks before that', async ({ app, subject }, {
  project,
}) => {
  await subject.cli(['keys', 'create', '--name', 'television']);
  await visit(app, subject, '/server');
  await expect(app.getByText('Every program sends a key of its own.')).toBeVisible();
  const dialog = await openDialog(app, /Path token/);
  await dialog.getByRole('textbox', { name: 'What it is for' }).fill('sofa');
  await look(app, `ways-path-form-${project.name}`);
  await dialog.getByRole('button', { name: 'Open it' }).click();
  const address = await app.getByText('/k/khp_').textContent();
  expect((await ask(address ?? '')).status).toBe(200);
  await look(app, `ways-path-shown-${project.name}`);
  await app.getByRole('button', { name: 'I have stored it' }).click();
  await expect(app.getByText('/k/khp_')).toBeHidden();
  await expect(app.getByText('One way in without a key is open besides.').first()).toBeVisible();
  await app.getByRole('button', { name: 'Close sofa' }).click();
  await app.getByRole('dialog').getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(app.getByText('Every program sends a key of its own.')).toBeVisible();
  expect((await ask(address ?? '')).status).toBe(401);
});

test('a second port lets programs in, an address rule says what is wrong with a wide block', async ({ app, subject }, {
  project,
}) => {
  await subject.cli(['keys', 'create', '--name', 'television']);
  await visit(app, subject, '/server');
  const port = await freePort();
  const dialog = await openDialog(app, /Second port/);
  await dialog.getByRole('textbox', { name: 'Port' }).fill(String(port));
  await look(app, `ways-port-form-${project.name}`);
  await dialog.getByRole('button', { name: 'Open it' }).click();
  await expect(app.getByText(`Port ${port} as television`)).toBeVisible();
  expect((await ask(`http://127.0.0.1:${port}/v1`)).status).toBe(200);

  const rule = await openDialog(app, /Address rule/);
  const address = rule.getByRole('textbox', { name: 'Address' });
  await address.fill('192.168.0.0/16');
  await expect(rule.getByText('wider than /24')).toBeVisible();
  await expect(rule.getByRole('button', { name: 'Open it' })).toBeDisabled();
  await address.fill('192.168.1.20');
  await rule.getByRole('button', { name: 'Open it' }).click();
  await expect(app.getByText('192.168.1.20 as television')).toBeVisible();
  await subject.cli(['keys', 'pause', 'television']);
  await expect(app.getByText('Its key "television" is paused.').first()).toBeVisible();
  await look(app, `ways-panel-${project.name}`);
});

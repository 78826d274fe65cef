// The card Encryption: what it says before and after the server opens to the network, how the authority reaches another
// machine, and bringing a certificate along.

import { readFile } from 'node:fs/promises';
import { makeAuthority, makeServerCertificate } from '../../electron/certificates/certificate-maker.ts';
import { expect, test, visit } from './fixture.ts';

test('the card follows the mode, and hands the authority over with help', async ({ app, subject }) => {
  await visit(app, subject, '/settings');
  const card = app.getByRole('region', { name: 'Encryption' });
  await expect(card.getByText('No certificate yet')).toBeVisible();
  await subject.cli(['settings', 'set', 'tls.mode', 'both']);
  await expect(card.getByText('Keyhatch’s own, renewed by itself')).toBeVisible();
  await expect(card.getByText('localhost', { exact: true })).toBeVisible();
  await card.getByRole('button', { name: 'Trust on other machines' }).click();
  const dialog = app.getByRole('dialog', { name: 'Trust this server on another machine' });
  const [download] = await Promise.all([
    app.waitForEvent('download'),
    dialog.getByRole('button', { name: 'Download the authority' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('keyhatch-ca.pem');
  const pem = (await subject.json<{ readonly pem: string }>(['tls', 'ca'])).pem;
  expect(await readFile(await download.path(), 'utf8')).toBe(pem);
  await expect(dialog.getByText('security add-trusted-cert')).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Which machine or program' }).click();
  await app.getByRole('option', { name: 'Node.js' }).click();
  await expect(dialog.getByText('NODE_EXTRA_CA_CERTS')).toBeVisible();
});

test('a certificate that does not fit its key is refused with the reason, and one that fits is shown', async ({
  app,
  subject,
}) => {
  const now = Date.now();
  const authority = await makeAuthority(['localhost'], now);
  const names = { names: ['localhost'], addresses: ['127.0.0.1'] };
  const [first, second] = [
    await makeServerCertificate(authority, names, now),
    await makeServerCertificate(authority, names, now),
  ];
  await visit(app, subject, '/settings');
  const card = app.getByRole('region', { name: 'Encryption' });
  await card.getByRole('button', { name: 'Bring your own' }).click();
  const dialog = app.getByRole('dialog', { name: 'Bring your own certificate' });
  await dialog.getByRole('textbox', { name: 'Certificate (PEM)' }).fill(first.certificate);
  await dialog.getByRole('textbox', { name: 'Private key (PEM)' }).fill(second.key);
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await expect(app.getByText('the key belongs to another certificate')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Private key (PEM)' }).fill(first.key);
  await dialog.getByRole('button', { name: 'Use it' }).click();
  await expect(dialog).toBeHidden();
  await expect(card.getByText(/Brought along, from Keyhatch authority/)).toBeVisible();
  await card.getByRole('button', { name: 'More about the certificate' }).click();
  await app.getByRole('menuitem', { name: 'Use Keyhatch’s own' }).click();
  await expect(card.getByText('No certificate yet')).toBeVisible();
});

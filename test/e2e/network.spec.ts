// Networks as a person sees them: which are opened and to whom, the code for a phone, what the exposure check finds, and
// who is put off for wrong keys.

import type { NetworkInterface } from '../../shared/network-model.ts';
import { expect, type Page, type Subject, test, visit } from './fixture.ts';
import { look } from './look.ts';

async function switchLan(page: Page): Promise<void> {
  const input = page.getByRole('switch', { name: 'Serve on local network' });
  await expect(input).toBeEnabled();
  await input.click({ force: true });
}

/** The first network of this machine that the dialog offers, and its address as a URL has it. */
async function someNetwork(subject: Subject): Promise<{ readonly name: string; readonly address: string }> {
  const all = await subject.json<NetworkInterface[]>(['network']);
  for (const { name, addresses } of all) {
    const at = addresses.find(({ scope }) => scope === 'private');
    if (at) return { name, address: at.address.includes(':') ? `[${at.address}]` : at.address };
  }
  throw new Error('This machine is in no private network, so that nothing can be opened.');
}

test('the network switch says what it opens, and a cancelled one opens nothing', async ({ app, subject }, {
  project,
}) => {
  const { name, address } = await someNetwork(subject);
  await visit(app, subject, '/server');
  await switchLan(app);
  const dialog = app.getByRole('dialog', { name: 'Serve on local network' });
  await expect(dialog).toContainText('Every request needs a key that you made');
  await expect(dialog).toContainText('Public addresses are never opened by this.');
  await expect(dialog).toContainText(address.replace(/[[\]]/g, ''));
  await expect(dialog.getByRole('checkbox', { name: new RegExp(`· ${name}$`) })).toBeChecked();
  await look(app, `network-dialog-${project.name}`);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(app.getByRole('switch', { name: 'Serve on local network' })).not.toBeChecked();
});

test('one network is opened by its name, its code is for a phone, and what is open is told', async ({ app, subject }, {
  project,
}) => {
  const { name, address } = await someNetwork(subject);
  await visit(app, subject, '/server');
  await switchLan(app);
  const dialog = app.getByRole('dialog', { name: 'Serve on local network' });
  await dialog.getByRole('radio', { name: 'Only the ones I choose' }).check();
  for (const box of await dialog.getByRole('checkbox').all()) await box.uncheck();
  await expect(dialog.getByText('Choose one at least.')).toBeVisible();
  await dialog.getByRole('checkbox', { name: new RegExp(`· ${name}$`) }).check();
  await dialog.getByRole('button', { name: 'Open networks' }).click();
  await expect(dialog).toBeHidden();
  expect(await subject.json(['settings', 'get', 'server.hosts'])).toMatchObject({
    value: ['127.0.0.1', '::1', `if:${name}`],
  });

  const card = app.getByRole('region', { name, exact: true });
  const { port } = new URL(subject.url);
  await expect(card.getByText(`https://${address}:${port}`, { exact: true })).toBeVisible();
  expect((await fetch(`http://${address}:${port}/v1/models`)).status).toBe(401);
  await expect(app.getByRole('region', { name: 'Exposure check' })).toContainText(
    `${address.replace(/[[\]]/g, '')} (${name})`,
  );
  await look(app, `network-open-${project.name}`);

  await card
    .getByRole('button', { name: /^QR code/ })
    .first()
    .click();
  const code = app.getByRole('dialog', { name: /^QR code/ });
  await expect(code.getByRole('code')).toHaveText([`https://${address}:${port}/v1`, /^(?:[0-9A-F]{2} ?){32}$/]);
  await look(app, `network-qr-${project.name}`);
  await app.keyboard.press('Escape');

  await switchLan(app);
  await expect(card).toContainText('not listening');
  await expect(fetch(`http://${address}:${port}/health`)).rejects.toThrow();
});

test('requests that a tunnel passes on are found while the page is open', async ({ app, subject }, { project }) => {
  await visit(app, subject, '/server');
  const panel = app.getByRole('region', { name: 'Exposure check' });
  await expect(panel).toContainText('Only this computer can reach the port');
  await fetch(`${subject.url}/health`, { headers: { 'ngrok-trace-id': 'x' } });
  await expect(panel).toContainText('Requests come through ngrok on this computer, as the header ngrok-* shows');
  await look(app, `network-tunnel-${project.name}`);
});

test('an address that is put off for wrong keys is shown, and let in again', async ({ app, subject }, { project }) => {
  const guess = () =>
    fetch(`${subject.url}/v1/models`, {
      headers: { authorization: 'Bearer certainly-not-a-key', 'x-forwarded-for': '203.0.113.9' },
    });
  for (let count = 0; count < 11; count++) await guess();
  expect((await guess()).status).toBe(429);
  await visit(app, subject, '/server');
  const panel = app.getByRole('region', { name: 'Put off for wrong keys' });
  await expect(panel.getByText('127.0.0.1')).toBeVisible();
  await visit(app, subject, '/settings');
  const card = app.getByRole('region', { name: 'Wrong keys' });
  await expect(card.getByRole('button', { name: 'Let in again: 127.0.0.1' })).toBeVisible();
  await look(app, `network-settings-${project.name}`);
  await visit(app, subject, '/server');
  await panel.getByRole('button', { name: 'Let in again: 127.0.0.1' }).click();
  await expect(panel).toBeHidden();
  expect((await guess()).status).toBe(401);
});

test('limits on connections are set where the other limits are', async ({ app, subject }) => {
  await visit(app, subject, '/settings');
  const field = app.getByRole('textbox', { name: 'Patience with a head' });
  await field.fill('5');
  await field.press('Enter');
  await expect
    .poll(() => subject.json<{ value: number }>(['settings', 'get', 'network.headTimeoutMs']))
    .toMatchObject({ value: 5000 });
});

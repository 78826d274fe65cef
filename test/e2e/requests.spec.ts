// Requests: narrowed by filters that stand in the address, seen while they run, found by their id, and told whole on a page.

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type Page, signIn, startSubject, test, visit } from './fixture.ts';

const list = (page: Page) => page.getByRole('list', { name: 'Requests, newest first' });

async function choose(page: Page, field: string, option: string): Promise<void> {
  await page.getByPlaceholder(field, { exact: true }).click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

test('filters narrow the list, stand in the address and are cleared again', async ({ app, subject }) => {
  const laptop = await subject.createKey('--name', 'laptop');
  const phone = await subject.createKey('--name', 'phone', '--models', 'other');
  await (await subject.chat(laptop.key, { model: 'echo' }, { headers: { 'user-agent': 'Zed/1.0' } })).text();
  await (await subject.chat(phone.key, { model: 'echo' })).text();
  await visit(app, subject, '/requests');
  const rows = list(app).getByRole('link');
  await expect(rows).toHaveCount(2);

  const more = app.getByRole('button', { name: 'Filters', exact: true });
  if (await more.isVisible()) await more.click();
  await choose(app, 'Every key', 'phone');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('model');
  await expect(app).toHaveURL(/[?&]key=/);
  await app.getByRole('button', { name: 'Clear filters' }).click();
  await expect(rows).toHaveCount(2);

  await choose(app, 'Every client', 'Zed');
  await expect(rows).toHaveCount(1);
  await expect(rows).toContainText('laptop');
  await visit(app, subject, '/requests?error=may%20not%20use');
  await expect(rows).toHaveCount(1);
  await expect(app.getByRole('textbox', { name: 'Text in the error' })).toHaveValue('may not use');
  await visit(app, subject, '/requests?slower=3600');
  await expect(app.getByText('No request fits')).toBeVisible();
});

test('a request is found by its id, and its page tells it whole', async ({ app, subject }) => {
  const { key } = await subject.createKey('--name', 'laptop');
  const answer = await subject.chat(key, { model: 'echo' }, { headers: { 'x-stainless-retry-count': '1' } });
  await answer.text();
  await visit(app, subject, '/requests');
  await app.getByLabel('Find by request id').fill(answer.headers.get('x-request-id') ?? '');
  await app.keyboard.press('Enter');
  await expect(app.getByText('POST /v1/chat/completions')).toBeVisible();
  await expect(app.getByText('a program with a key')).toBeVisible();
  await expect(app.getByText('2 (the client tried again)')).toBeVisible();
  await expect(app.getByRole('list', { name: 'Where the time went' }).getByRole('listitem')).not.toHaveCount(0);
  const curl = app.getByRole('region', { name: 'The same again with curl' });
  await expect(curl).toContainText('$KEYHATCH_KEY');
  await expect(curl).not.toContainText(key);
});

test('a refused request shows the error as the client got it', async ({ app, subject }) => {
  const { key } = await subject.createKey('--name', 'phone', '--models', 'other');
  const answer = await subject.chat(key, { model: 'echo' });
  const { error } = (await answer.json()) as { readonly error: { readonly message: string } };
  await visit(app, subject, `/requests/${answer.headers.get('x-request-id')}`);
  const region = app.getByRole('region', { name: 'Error, as the client got it' });
  await expect(region).toContainText('model_not_allowed');
  await expect(region).toContainText(error.message);
});

test('a request that runs is a row that counts up, and becomes one that has ended', async ({ page, profile }) => {
  // A model server that takes its time until it is told.
  let waiting: ServerResponse | undefined;
  const server = createServer((req, res) => {
    req.resume();
    if (req.method === 'GET') res.writeHead(200).end('{"object":"list","data":[{"id":"slow","object":"model"}]}');
    else waiting = res;
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const subject = await startSubject(profile, ['--upstream', `http://127.0.0.1:${port}`]);
  const { key } = await subject.createKey('--name', 'patient');
  await signIn(page, subject.link);
  await visit(page, subject, '/requests');
  const answer = subject.chat(key, { model: 'slow' });
  const running = page.getByRole('list', { name: 'Running now' }).getByRole('link');
  await expect(running).toHaveCount(1);
  await expect(running).toContainText('patient');
  await expect(running).toContainText(/running [1-9]/);
  await running.click();
  await expect(page.getByText('This request has not ended yet')).toBeVisible();
  waiting?.writeHead(200, { 'content-type': 'application/json' }).end('{"choices":[]}');
  await (await answer).text();
  await expect(page.getByText('POST /v1/chat/completions')).toBeVisible();
  await page.getByRole('link', { name: 'All requests' }).click();
  await expect(list(page).getByRole('link')).toHaveCount(1);
  await expect(running).toHaveCount(0);
  await subject.stop?.();
  server.close();
});

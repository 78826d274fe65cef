// Starting and stopping, and who may come in: what the page says and what the port then does.

import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { freePort } from '../fakes/free-port.ts';
import { expect, type Page, type Subject, signIn, startSubject, test, visit } from './fixture.ts';

// What is drawn of a switch lies over its input; a click lands there as a person's does.
async function flip(page: Page, { name }: { readonly name: string }): Promise<void> {
  const input = page.getByRole('switch', { name });
  await expect(input).toBeEnabled();
  await input.click({ force: true });
}
const models = (subject: Subject, headers: Record<string, string> = {}) =>
  fetch(`${subject.url}/v1/models`, { headers });

test('the server stops and starts by its button', async ({ app, subject }) => {
  await visit(app, subject, '/server');
  await app.getByRole('button', { name: 'Stop server' }).click();
  await expect(app.getByText('Stopped', { exact: true })).toBeVisible();
  await expect(models(subject)).rejects.toThrow();
  await app.getByRole('button', { name: 'Start server' }).click();
  await expect(app.getByText('Running', { exact: true })).toBeVisible();
});

test('switching the network on switches keys on, and the page says who may come in', async ({ app, subject }) => {
  await visit(app, subject, '/server');
  await flip(app, { name: 'Require API key' });
  await expect(app.getByText('Anyone on this computer, with or without a key.').first()).toBeVisible();
  expect((await models(subject)).status).toBe(200);

  await flip(app, { name: 'Serve on local network' });
  await app.getByRole('button', { name: 'Open networks' }).click();
  await expect(app.getByRole('switch', { name: 'Require API key' })).toBeChecked();
  await expect(app.getByText('Anyone on your network with a key, and nobody without one.').first()).toBeVisible();
  expect((await models(subject)).status).toBe(401);

  // Off again while the network can reach it: only after a second word, and Cancel leaves it as it was.
  await flip(app, { name: 'Require API key' });
  const question = app.getByRole('dialog');
  await expect(question).toContainText('without a key');
  await question.getByRole('button', { name: 'Cancel' }).click();
  await expect(app.getByRole('switch', { name: 'Require API key' })).toBeChecked();
  expect((await models(subject)).status).toBe(401);
});

test('this computer needs no key: programs here come in, and the sentence says so', async ({ app, subject }) => {
  await visit(app, subject, '/server');
  await flip(app, { name: 'This computer needs no key' });
  await expect(app.getByText('Any program on this computer, with a key or without one.').first()).toBeVisible();
  expect((await models(subject)).status).toBe(200);
  expect((await models(subject, { 'x-forwarded-for': '203.0.113.9' })).status).toBe(401);
});

test.describe('on a port that is not given by a flag', () => {
  test('a taken port is refused with who holds it, and the old one stays', async ({ page, profile }) => {
    const blocker = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const taken = (blocker.address() as AddressInfo).port;
    const free = await freePort();
    await profile.cli(['settings', 'set', 'server.port', String(free)]);
    await profile.cli(['settings', 'set', 'dashboard.port', String(await freePort())]);
    const subject = await startSubject(profile, ['--echo'], 'as set');
    await signIn(page, subject.link);
    await visit(page, subject, '/settings');
    const field = page.getByRole('textbox', { name: 'Port', exact: true });
    await field.fill(String(taken));
    await field.press('Enter');
    await expect(page.getByRole('alert')).toContainText(`Port ${taken}`);
    await expect(field).toHaveValue(String(free));
    expect((await models(subject)).status).toBe(401);
    blocker.close();
  });
});

test.describe('in front of a model server', () => {
  test('one that goes down is shown as down, and as up when it is back', async ({ page, profile }) => {
    const port = await freePort();
    const serve = () => listModels(port);
    let server = await serve();
    const subject = await startSubject(profile, ['--upstream', `http://127.0.0.1:${port}`]);
    await signIn(page, subject.link);
    await visit(page, subject, '/server');
    const panel = page.getByRole('region', { name: 'In front of' });
    await expect(panel.getByRole('img', { name: 'answers', exact: true })).toBeVisible();

    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await untilChecked(page, 'does not answer');
    server = await serve();
    await untilChecked(page, 'answers');
    server.closeAllConnections();
    server.close();
  });
});

// A server that was asked a moment ago is not asked again at once.
async function untilChecked(page: Page, state: string): Promise<void> {
  const shown = page.getByRole('region', { name: 'In front of' }).getByRole('img', { name: state, exact: true });
  await expect(async () => {
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(shown).toBeVisible({ timeout: 2_000 });
  }).toPass();
}

function listModels(port: number) {
  const server = createServer((request, response) => {
    if (request.url !== '/v1/models') return response.writeHead(404).end();
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ object: 'list', data: [{ id: 'tiny', object: 'model', created: 1, owned_by: 'test' }] }));
  });
  return new Promise<typeof server>((resolve) => server.listen(port, '127.0.0.1', () => resolve(server)));
}

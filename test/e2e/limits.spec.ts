// What a key may do, from its form to its page: what is set there holds at the port, and what is wrong is said beside it.

import type { KeyFacts } from '../../shared/model.ts';
import { startFakeUpstream } from '../fakes/fake-upstream.ts';
import { expect, type Page, signIn, startSubject, test, visit } from './fixture.ts';

const fold = (app: Page, name: RegExp) => app.getByRole('dialog').getByRole('button', { name }).click();

test('a key is made with rights, models, networks, rates and a budget of its own', async ({ app, subject }) => {
  await visit(app, subject, '/keys/new');
  await app.getByLabel('Name', { exact: true }).fill('tablet');
  await fold(app, /^Limits and access/);
  await fold(app, /^Models/);
  await app.getByRole('combobox', { name: 'Only these' }).fill('echo');
  await app.keyboard.press('Enter');
  await fold(app, /^Where from/);
  await app.getByText('Own list').click();
  const networks = app.getByRole('combobox', { name: 'Addresses and blocks' });
  await networks.fill('10.0.0.5/8');
  await app.keyboard.press('Enter');
  await expect(app.getByText(/has bits beyond its \/8/)).toBeVisible();
  await app.keyboard.press('Backspace');
  await networks.fill('127.0.0.0/8');
  await app.keyboard.press('Enter');
  await fold(app, /^Rates/);
  await app.getByLabel('Requests an hour').fill('20');
  await fold(app, /^Budgets/);
  await app.getByRole('button', { name: 'Add a budget' }).click();
  await app.getByRole('button', { name: 'Create key' }).click();
  await expect(app.getByText('Say how much.')).toBeVisible();
  await app.getByLabel('Amount').fill('1000');
  await expect(app.getByRole('button', { name: /^Rates/ })).toContainText('60 a minute · 20 an hour');
  await expect(app.getByRole('button', { name: /^Budgets/ })).toContainText('1,000 tokens a day');
  await app.getByRole('button', { name: 'Create key' }).click();
  await expect(app.getByRole('button', { name: 'Copy key' })).toBeVisible();

  const [made] = await subject.json<readonly KeyFacts[]>(['keys', 'list']);
  expect(made?.models).toEqual(['echo']);
  expect(made?.limits).toEqual({ rpm: 60, parallel: null });
  expect(made?.policy).toMatchObject({
    networks: ['127.0.0.0/8'],
    rph: 20,
    operations: ['chat', 'embeddings', 'audio', 'images', 'models:list'],
    budgets: [{ period: 'day', tokens: 1000, cost: null, soft: 0.8 }],
  });
});

test('editing sends only what was changed there', async ({ app, subject }) => {
  const { id } = await subject.createKey('--name', 'laptop', '--rpm', '30', '--budget', 'month:5EUR');
  await visit(app, subject, `/keys/${id}`);
  await app.getByRole('button', { name: 'Actions for laptop' }).click();
  await app.getByRole('menuitem', { name: 'Edit…' }).click();
  // Meanwhile somebody else changes another limit.
  await subject.json(['keys', 'edit', id, '--rph', '500']);
  await fold(app, /^What it may do/);
  await app.getByText('Read only').click();
  await app.getByRole('button', { name: 'Save' }).click();
  await expect(app.getByRole('dialog')).toBeHidden();
  const [edited] = await subject.json<readonly KeyFacts[]>(['keys', 'list']);
  expect(edited?.limits.rpm).toBe(30);
  expect(edited?.policy).toMatchObject({ operations: ['models:list'], rph: 500 });
  expect(edited?.policy.budgets).toHaveLength(1);
  await expect(app.getByText('“laptop” may see which models there are, and nothing else')).toBeVisible();
});

test('an admin key has an end, and is not followed by programs to connect', async ({ app, subject }) => {
  await visit(app, subject, '/keys');
  await app.getByRole('button', { name: 'More' }).click();
  await app.getByRole('menuitem', { name: /New admin key/ }).click();
  await expect(app.getByText(/opens no models/)).toBeVisible();
  await app.getByLabel('Name', { exact: true }).fill('backup script');
  await app.getByRole('button', { name: 'Create admin key' }).click();
  const dialog = app.getByRole('dialog');
  await expect(dialog.locator('code').first()).toContainText('kha_');
  await expect(dialog.getByText('Continue')).toBeHidden();
  await dialog.getByRole('button', { name: 'Copy key' }).click();
  await dialog.getByRole('button', { name: 'I have stored it' }).click();
  await expect(app.getByRole('row', { name: /backup script/ })).toContainText('admin');
  const [made] = await subject.json<readonly KeyFacts[]>(['keys', 'list']);
  expect(made?.kind).toBe('admin');
  expect(made?.expiresAt).toBeGreaterThan(0);
});

test('a spent budget shows on the page, and a top-up lets the key go on', async ({ app, subject }) => {
  const { id, key } = await subject.createKey('--name', 'nightly', '--budget', 'day:40tokens', '--max-tokens', '20');
  // The echo model answers with what it is told: this is more than the rest of the budget.
  const ask = () =>
    subject.chat(key, { model: 'echo', messages: [{ role: 'user', content: 'one two three four five' }] });
  let refused: Response | undefined;
  for (let n = 0; n < 20 && !refused; n += 1) {
    const answer = await ask();
    await answer.clone().text();
    if (answer.status === 429) refused = answer;
  }
  expect(refused?.status).toBe(429);
  await visit(app, subject, `/keys/${id}`);
  const limits = app.getByRole('region', { name: 'Limits now' });
  await expect(limits).toContainText('of 40 tokens');
  await limits.getByRole('button', { name: 'Top up…' }).click();
  await app.getByLabel('How much more, in tokens').fill('500');
  await app.getByRole('dialog').getByRole('button', { name: 'Top up', exact: true }).click();
  await expect(limits).toContainText('of 540 tokens');
  expect((await ask()).status).toBe(200);
});

test('what would become of a request is said stage by stage, and nothing is sent', async ({ app, subject }) => {
  const { id } = await subject.createKey('--name', 'tablet', '--models', 'echo');
  await visit(app, subject, `/keys/${id}`);
  const form = app.getByRole('form', { name: 'What would become of a request?' });
  await form.getByRole('combobox', { name: 'Model' }).fill('gpt-4o');
  await form.getByRole('button', { name: 'Ask' }).click();
  await expect(form.getByText('Refused by model.')).toBeVisible();
  await expect(form.getByText(/It may use: echo/)).toBeVisible();
  await form.getByRole('combobox', { name: 'Model' }).fill('echo');
  await app.keyboard.press('Enter');
  await expect(form.getByText('It would pass.')).toBeVisible();
  await expect(app.getByText('It has not been used yet')).toBeVisible();
});

test('places at a model server are a number, no limit, or as it says', async ({ page, profile }) => {
  const upstream = await startFakeUpstream();
  const subject = await startSubject(profile, []);
  await subject.json(['upstreams', 'add', upstream.url, '--name', 'Studio', '--kind', 'lmstudio']);
  await signIn(page, subject.link);
  await visit(page, subject, '/models');
  await expect(page.getByText('0 of 4 places taken')).toBeVisible();
  await page
    .getByRole('button', { name: /Studio/ })
    .last()
    .click();
  await page.getByRole('menuitem', { name: 'Places at once…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('A number').click();
  await dialog.getByLabel('Requests at once').fill('2');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByText('0 of 2 places taken')).toBeVisible();
  await upstream.close();
});

test('a network that cannot be read is said beside the setting, and not sent', async ({ app, subject }) => {
  await visit(app, subject, '/settings');
  const field = app.getByRole('combobox', { name: 'Where requests may come from' });
  await field.fill('10.0.0.5/8');
  await field.press('Enter');
  await expect(app.getByText(/has bits beyond its \/8/)).toBeVisible();
  expect(await subject.json(['settings', 'get', 'access.networks'])).toMatchObject({ value: ['anywhere'] });
  await field.press('Backspace');
  await field.fill('127.0.0.0/8');
  await field.press('Enter');
  await expect(app.getByText(/has bits beyond its \/8/)).toBeHidden();
  await expect
    .poll(async () => (await subject.json<{ readonly value: unknown }>(['settings', 'get', 'access.networks'])).value)
    .toEqual(['anywhere', '127.0.0.0/8']);
});

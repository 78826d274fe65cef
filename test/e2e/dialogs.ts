// The dialogs of keys, projects, limits and what goes in and out, each with how a person gets to it, for the specs that look
// at all of them.

import { expect, type Page, type Subject } from './fixture.ts';

export type Dialog = {
  readonly name: string;
  /** Where it is opened from; may make what it needs. */
  readonly path: (subject: Subject) => Promise<string>;
  readonly open: (page: Page) => Promise<void>;
};

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first();
const inDialog = (page: Page, name: RegExp) => page.getByRole('dialog').getByRole('button', { name }).click();
const at = (path: string) => () => Promise.resolve(path);

async function fromMenu(page: Page, menu: string | RegExp, item: string | RegExp): Promise<void> {
  await button(page, menu).click();
  await page.getByRole('menuitem', { name: item }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
}

async function budgetKey(subject: Subject): Promise<string> {
  const { id } = await subject.createKey('--name', 'Tablet', '--budget', 'day:1000tokens', '--budget', 'month:5EUR');
  return `/keys/${id}`;
}

async function project(subject: Subject): Promise<string> {
  const { id } = await subject.json<{ readonly id: string }>(['projects', 'create', '--name', 'Home']);
  await subject.createKey('--name', 'Tablet', '--project', 'Home');
  return `/projects/${id}`;
}

export const dialogs: readonly Dialog[] = [
  {
    name: 'new-key-groups',
    path: at('/keys/new'),
    async open(page) {
      await inDialog(page, /^Limits and access/);
      for (const group of [/^What it may do/, /^Models/, /^Where from/, /^Rates/, /^Budgets/, /^Size of a request/])
        await inDialog(page, group);
      await page.getByText('Choose', { exact: true }).click();
      await page.getByText('Own list').click();
      await button(page, 'Add a budget').click();
    },
  },
  { name: 'new-admin-key', path: at('/keys'), open: (page) => fromMenu(page, 'More', /New admin key/) },
  { name: 'top-up', path: budgetKey, open: (page) => button(page, 'Top up…').click() },
  {
    name: 'policy-test',
    path: budgetKey,
    async open(page) {
      await button(page, 'Ask').click();
      await expect(page.getByText('It would pass.')).toBeVisible();
    },
  },
  { name: 'move-key', path: budgetKey, open: (page) => fromMenu(page, 'Actions for Tablet', 'Move to project…') },
  {
    name: 'edit-project',
    path: project,
    async open(page) {
      await fromMenu(page, 'Actions for Home', 'Edit…');
      await page.getByText('Test', { exact: true }).click();
      await inDialog(page, /^Models and servers/);
      await button(page, 'Add an alias').click();
      await inDialog(page, /^What new keys begin with/);
    },
  },
  { name: 'archive-project', path: project, open: (page) => fromMenu(page, 'Actions for Home', 'Archive…') },
  {
    name: 'import',
    path: at('/settings'),
    async open(page) {
      await button(page, 'Import…').click();
      await page.getByRole('textbox', { name: 'Keys to import' }).fill('Tablet,abcdef123456\nshort,x');
      await button(page, 'See what would be imported').click();
      await expect(page.getByText('1 of 2 would be imported.')).toBeVisible();
    },
  },
  {
    name: 'backup',
    path: at('/settings'),
    async open(page) {
      await button(page, 'Back up…').click();
      await page.getByRole('textbox', { name: 'Passphrase' }).fill('tree bark lantern');
    },
  },
  { name: 'restore', path: at('/settings'), open: (page) => button(page, 'Restore…').click() },
];

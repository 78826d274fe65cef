// Every page and dialog, for the specs that look at all of them.

import { expect, type Page } from './fixture.ts';

export type Place = {
  readonly name: string;
  readonly path: string;
  /** What has to be on screen before it is looked at. */
  readonly ready: (page: Page) => Promise<void>;
};

const heading = (name: string) => (page: Page) => expect(page.getByRole('heading', { name, level: 1 })).toBeVisible();

export const places: readonly Place[] = [
  {
    name: 'server',
    path: '/server',
    ready: (page) => expect(page.getByText('Running', { exact: true })).toBeVisible(),
  },
  { name: 'keys', path: '/keys', ready: heading('Keys') },
  { name: 'new-key', path: '/keys/new', ready: (page) => expect(page.getByRole('dialog')).toBeVisible() },
  { name: 'projects', path: '/projects', ready: heading('Projects') },
  {
    name: 'history',
    path: '/history',
    ready: (page) => expect(page.getByText('Verified.')).toBeVisible(),
  },
  {
    name: 'api',
    path: '/api',
    ready: (page) => expect(page.getByText('/api/v1/keys', { exact: true }).first()).toBeVisible(),
  },
  { name: 'connect', path: '/connect', ready: heading('Connect') },
  {
    name: 'connect-client',
    path: '/connect/zed',
    ready: (page) => expect(page.getByText('settings.json').first()).toBeVisible(),
  },
  { name: 'usage', path: '/usage', ready: heading('Usage') },
  { name: 'requests', path: '/requests', ready: heading('Requests') },
  { name: 'models', path: '/models', ready: heading('Models') },
  { name: 'settings', path: '/settings', ready: heading('Settings') },
  { name: 'welcome', path: '/welcome', ready: (page) => expect(page.getByRole('heading').first()).toBeVisible() },
  {
    name: 'not-found',
    path: '/nowhere',
    ready: (page) => expect(page.getByText('There is no such page')).toBeVisible(),
  },
];

/** The figure of a tile of the page Usage. */
export const tile = (page: Page, name: string) => page.locator('.kh-tile', { hasText: name }).locator('dd').first();

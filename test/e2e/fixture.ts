// What every spec gets: the built program on a profile of its own, in front of the echo model, and a page of its window. On
// the dashboard that is a browser that has signed in, on the desktop the app's own window.

import { test as base, type ElectronApplication, expect, type Page } from '@playwright/test';
import { type KeyhatchProcess, makeProfile, type Profile } from '../fakes/keyhatch-process.ts';
import { startDesktopSubject } from './desktop-subject.ts';

export { expect, type Page };

export type HostOption = { readonly host: 'dashboard' | 'electron' };

/** What a spec may ask of the running program, wherever its window is. */
export type Subject = Pick<KeyhatchProcess, 'url' | 'saidUrl' | 'cli' | 'json' | 'createKey' | 'chat' | 'get'> & {
  /** Ends it in good order, where it is a program of its own. */
  readonly stop?: () => Promise<unknown>;
  /** Where its pages are: `http://127.0.0.1:40124`, or `app://keyhatch`. */
  readonly pages: string;
  /** The one-time link that it printed when it started; empty on the desktop, which needs none. */
  readonly link: string;
  /** The desktop app and its window, where that is what runs. */
  readonly desktop?: { readonly electron: ElectronApplication; readonly window: Page };
};

type Fixtures = HostOption & {
  readonly profile: Profile;
  readonly subject: Subject;
  /** A page that may do everything. */
  readonly app: Page;
};

export const test = base.extend<Fixtures>({
  host: ['dashboard', { option: true }],
  // Playwright reads what a fixture needs from its first parameter.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  profile: async ({}, use) => {
    const profile = await makeProfile();
    await use(profile);
    await profile.remove();
  },
  subject: async ({ profile, host }, use) => {
    const subject = await (host === 'electron' ? startDesktopSubject(profile) : startSubject(profile, ['--echo']));
    await use(subject);
    await subject.desktop?.electron.close();
  },
  app: async ({ page, subject }, use) => {
    if (!subject.desktop) await signIn(page, subject.link);
    await use(subject.desktop?.window ?? page);
  },
});

/** @param ports those of the settings, or any free ones */
export async function startSubject(
  profile: Profile,
  flags: readonly string[],
  ports: 'any' | 'as set' = 'any',
): Promise<Subject> {
  const any = ports === 'any';
  const args = [...(any ? ['--dashboard-port', '0'] : []), '--print-link', ...flags];
  const instance = await profile.start({ port: any ? 0 : undefined, args });
  const [ready = '{}'] = instance.stdout().split('\n');
  const { dashboard, link } = JSON.parse(ready) as { readonly dashboard: string; readonly link: string };
  return { ...instance, pages: dashboard, link };
}

/** Opens a one-time link, presses its button and puts off the name and password. Whoever has no key yet lands in the first steps. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeHidden();
  const later = page.getByRole('button', { name: 'Not now' });
  await expect(later.or(page.locator('#page')).filter({ visible: true })).toBeVisible();
  if (await later.isVisible()) await later.click();
  await expect(page.locator('#page')).toBeVisible();
}

/** Goes to a page by its address, as a deep link would. */
export async function visit(page: Page, subject: Subject, path: string): Promise<void> {
  await page.goto(`${subject.pages}/#${path}`);
}

/** A new sign-in link for another browser. */
export async function anotherLink(subject: Subject): Promise<string> {
  return (await subject.json<{ readonly url: string }>(['dashboard', 'link'])).url;
}

// What every spec gets: the built program on a profile of its own, in front of the echo model, and a browser that is signed
// in to its dashboard.

import { test as base, expect, type Page } from '@playwright/test';
import { type KeyhatchProcess, makeProfile, type Profile } from '../fakes/keyhatch-process.ts';

export { expect, type Page };

export type Subject = KeyhatchProcess & {
  /** `http://127.0.0.1:40124` */
  readonly dashboard: string;
  /** The one-time link that it printed when it started. */
  readonly link: string;
};

type Fixtures = {
  /** Flags of `serve` beside data folder, vault, ports and log format. */
  readonly flags: readonly string[];
  readonly profile: Profile;
  readonly subject: Subject;
  /** A page that is signed in, on Server. */
  readonly app: Page;
};

export const test = base.extend<Fixtures>({
  flags: [['--echo'], { option: true }],
  // Playwright reads what a fixture needs from its first parameter.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  profile: async ({}, use) => {
    const profile = await makeProfile();
    await use(profile);
    await profile.remove();
  },
  subject: async ({ profile, flags }, use) => {
    await use(await startSubject(profile, flags));
  },
  app: async ({ page, subject }, use) => {
    await signIn(page, subject.link);
    await use(page);
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
  return { ...instance, dashboard, link };
}

/** Opens a one-time link and presses its button. Whoever has no key yet lands in the first steps. */
export async function signIn(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in to Keyhatch' })).toBeHidden();
}

/** Goes to a page by its address, as a deep link would. */
export async function visit(page: Page, subject: Subject, path: string): Promise<void> {
  await page.goto(`${subject.dashboard}/#${path}`);
}

/** A new sign-in link for another browser. */
export async function anotherLink(subject: Subject): Promise<string> {
  return (await subject.json<{ readonly url: string }>(['dashboard', 'link'])).url;
}

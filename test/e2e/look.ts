// Looks at a page for people: axe's rules, nothing wider than the screen, and a picture in the folder screenshots/, which is
// not kept.

import { join } from 'node:path';
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from './fixture.ts';

const pictures = join(import.meta.dirname, '../../screenshots');

/** The page as it is now: may everybody use it, does it fit, and how does it look? */
export async function look(page: Page, name: string): Promise<void> {
  // Colours that fade in would be judged half way.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => ({ id, targets: nodes.map(({ target }) => target.join(' ')) }))).toEqual([]);
  const overflowPx = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(overflowPx, 'the page can be scrolled sideways').toBeLessThanOrEqual(0);
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true });
}

// How much script and style a browser fetches before its first screen is there: that of the owner, and that of members, who
// begin with their keys. What is fetched in idle moments is held back here, so that it is neither counted nor hides what the
// screen could not do without.

import { gzipSync } from 'node:zlib';
import { expect, type Page, test, visit } from './fixture.ts';

/** All scripts and styles that a page fetched until it is asked, compressed. */
function weigh(page: Page): () => Promise<number> {
  const parts: Promise<number>[] = [];
  page.on('response', (response) => {
    const isPart = /\.(?:js|css)$/.test(new URL(response.url()).pathname);
    if (isPart) parts.push(response.body().then((body) => gzipSync(body).length / 1000));
  });
  return async () => (await Promise.all(parts)).reduce((all, part) => all + part, 0);
}

for (const { path, shown, mostKb } of [
  { path: '/server', shown: 'Reachable at', mostKb: 280 },
  { path: '/keys', shown: 'Keys', mostKb: 320 },
]) {
  test(`${path} comes with less than ${mostKb} KB of script and styles`, async ({ app, context, subject }) => {
    // Lets the browser forget what it fetched to sign in.
    await context.route('**', (route) => route.continue());
    await context.addInitScript(() => {
      window.requestIdleCallback = () => 0;
    });
    await app.close();
    const page = await context.newPage();
    const weight = weigh(page);
    await visit(page, subject, path);
    await expect(page.getByRole('heading', { name: shown, exact: true })).toBeVisible();
    const kb = await weight();
    test.info().annotations.push({ type: 'KB', description: kb.toFixed(1) });
    expect(kb).toBeGreaterThan(100);
    expect(kb).toBeLessThan(mostKb);
  });
}

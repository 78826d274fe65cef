// `npm run screenshots`: the pictures of the README, of a household's Keyhatch with months of use behind it. Everything on
// them but the use itself is the real program; run it on a machine with Chromium and look at what comes out.

import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { demoKeys, seedUsage } from '../fakes/demo-profile.ts';
import { type FakeUpstream, startFakeUpstream } from '../fakes/fake-upstream.ts';
import { freePort } from '../fakes/free-port.ts';
import { makeProfile, type Profile } from '../fakes/keyhatch-process.ts';

const target = resolve(import.meta.dirname, '../../docs/pictures');
const size = { width: 1180, height: 800 };

const projects: Readonly<Record<string, string>> = { 'Continue on laptop': 'Editors', 'CI nightly': 'Test' };

/** A profile with the demo's keys and their use; what a key may do differs as in a real household. */
async function furnish(profile: Profile, upstream: FakeUpstream): Promise<void> {
  const made = [];
  for (const key of demoKeys) {
    const flags = ['--name', key.name, '--project', projects[key.name] ?? 'Home', '--new-project'];
    if (key.name.startsWith('Kids')) flags.push('--rpm', '20', '--models', 'llama3.2:3b');
    if (key.name === 'CI nightly') flags.push('--expires', '6d');
    made.push({ ...key, id: (await profile.createKey(...flags)).id });
  }
  const old = await profile.createKey('--name', 'Old plugin', '--project', 'Editors', '--new-project');
  await profile.json(['keys', 'revoke', old.id]);
  await profile.json(['settings', 'set', 'window.welcomed', 'true']);
  const prices = [
    { pattern: '*coder*', currency: 'USD', input: 0.3, cachedInput: 0.1, output: 1.2 },
    { pattern: 'llama3.2*', currency: 'USD', input: 0.05, cachedInput: null, output: 0.08 },
  ];
  await profile.json(['settings', 'set', 'usage.prices', JSON.stringify(prices)]);
  await profile.json(['upstreams', 'add', upstream.url, '--name', 'LM Studio', '--kind', 'lmstudio']);
  seedUsage(profile.dataDir, made, Date.now());
}

async function take(page: Page, name: string): Promise<void> {
  // Charts draw themselves in.
  await page.waitForTimeout(1_500);
  await page.screenshot({ path: join(target, `${name}.png`) });
}

async function main(): Promise<void> {
  mkdirSync(target, { recursive: true });
  const upstream = await startFakeUpstream((request, response) => {
    const data = ['qwen3-coder-30b', 'llama3.2:3b', 'nomic-embed-text'].map((id) => ({ id, object: 'model' }));
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.path.endsWith('/models') ? { object: 'list', data } : {}));
  });
  const profile = await makeProfile();
  await furnish(profile, upstream);
  const dashboardPort = String(await freePort());
  const instance = await profile.start({ port: undefined, args: ['--dashboard-port', dashboardPort, '--print-link'] });
  const { dashboard, link } = JSON.parse(instance.stdout().split('\n')[0] ?? '{}') as Record<string, string>;
  const args = process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu'] : ['--disable-gpu'];
  const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args });
  try {
    for (const colorScheme of ['dark', 'light'] as const) {
      const context = await browser.newContext({ viewport: size, colorScheme, locale: 'en-GB', deviceScaleFactor: 1 });
      const page = await context.newPage();
      await page.goto(
        colorScheme === 'dark' ? (link ?? '') : (await profile.json<{ url: string }>(['dashboard', 'link'])).url,
      );
      await page.getByRole('button', { name: 'Sign in' }).click();
      // An account is offered, and put off.
      await page.getByRole('button', { name: 'Not now' }).click();
      await page.getByText('Running', { exact: true }).waitFor();
      if (colorScheme === 'light') {
        await page.goto(`${dashboard}/#/keys/new`);
        await page.getByLabel('Name', { exact: true }).fill('Zed on the desktop');
        await page.getByRole('button', { name: 'Create key' }).click();
        await page.getByRole('dialog').getByText('Zed', { exact: true }).click();
        await take(page, 'key-shown-once');
        continue;
      }
      for (const [name, path] of [
        ['server', '/server'],
        ['keys', '/keys'],
        ['usage', '/usage'],
      ] as const) {
        await page.goto(`${dashboard}/#${path}`);
        if (name === 'usage') await page.locator('.recharts-bar').first().waitFor();
        await take(page, name);
      }
    }
  } finally {
    await browser.close();
    await profile.remove();
    await upstream.close();
  }
}

await main();

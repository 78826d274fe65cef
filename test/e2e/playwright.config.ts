// The specs of what a person sees, on the dashboard of the built program in Chromium, as wide as a desktop's window and as
// narrow as a phone. They say what a person does; how the parts work is tested elsewhere.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import type { HostOption } from './fixture.ts';

// Debian's own browser where it is, because a browser of Playwright's own cannot be fetched everywhere.
const debianChromium = '/usr/bin/chromium';
const quiet = [
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

export default defineConfig<HostOption>({
  testDir: import.meta.dirname,
  outputDir: join(import.meta.dirname, '../../test-results'),
  fullyParallel: true,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A browser on a shared machine can be starved for a minute. A spec that needed its second try is reported as flaky.
  retries: process.env['CI'] === 'true' ? 1 : 0,
  forbidOnly: process.env['CI'] === 'true',
  // The second one where somebody counts: test/run.ts names a file for it.
  reporter: [['list'], ...(process.env['PLAYWRIGHT_JSON_OUTPUT_FILE'] ? [['json'] as const] : [])],
  use: {
    locale: 'en-GB',
    permissions: ['clipboard-read', 'clipboard-write'],
    launchOptions: {
      ...(existsSync(debianChromium) ? { executablePath: debianChromium } : {}),
      args: [...quiet, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])],
    },
  },
  projects: [
    { name: 'wide', use: { viewport: { width: 1180, height: 800 } }, testIgnore: /electron-only/ },
    {
      name: 'phone',
      use: { viewport: { width: 390, height: 844 }, hasTouch: true },
      testIgnore: /wide-only|electron-only/,
    },
    // Where Electron's runtime is: the same specs in the desktop app's own window, and those of the app itself.
    { name: 'electron', use: { host: 'electron' }, testIgnore: /sign-in|first-screen/, workers: 1 },
  ],
});

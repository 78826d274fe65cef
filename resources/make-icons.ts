// `npm run icons`: renders the tray's icons from tray.svg and the app's from icon.svg, by Chromium. Run by hand after one of
// them was changed; what it writes is committed, so that neither a build nor a start needs a browser.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';

const here = import.meta.dirname;
const states = ['stopped', 'running', 'lan', 'trouble'] as const;
/** Sizes that Electron finds by the name; Windows and Linux have screens between 1 and 2. */
const scales = { '': 1, '@1.25x': 1.25, '@1.5x': 1.5, '@2x': 2, '@3x': 3 } as const;
const templateScales = { '': 1, '@2x': 2 } as const;
const appSizes = [16, 24, 32, 48, 64, 128, 256, 512] as const;

/** Of the bar below the icon: bright on dark, dark on light. Colour repeats what the shape says. */
const themes = {
  dark: { ink: '#eef1f6', running: '#4ade80', lan: '#fbbf24', badge: '#f87171' },
  light: { ink: '#22262e', running: '#15803d', lan: '#a15c00', badge: '#c81e1e' },
} as const;

const tray = readFileSync(join(here, 'tray.svg'), 'utf8');

async function render(page: Page, svg: string, sizePx: number, css: string): Promise<Buffer> {
  await page.setViewportSize({ width: sizePx, height: sizePx });
  const fit = `html,body{margin:0;background:transparent}svg{display:block;width:${sizePx}px;height:${sizePx}px}`;
  await page.setContent(`<style>${fit}${css}</style>${svg}`);
  return page.screenshot({ omitBackground: true, clip: { x: 0, y: 0, width: sizePx, height: sizePx } });
}

function trayCss(state: (typeof states)[number], theme: (typeof themes)[keyof typeof themes] | undefined): string {
  const others = states.filter((other) => other !== state).map((other) => `#${other}`);
  const colour = !theme || state === 'stopped' || state === 'trouble' ? '' : `--state:${theme[state]};`;
  const badge = theme ? `--badge:${theme.badge};` : '';
  return `${others.join()}{display:none}svg{color:${theme?.ink ?? '#000'};${colour}${badge}}`;
}

async function drawTray(page: Page): Promise<void> {
  const folder = join(here, 'tray');
  mkdirSync(folder, { recursive: true });
  for (const state of states) {
    for (const [theme, colours] of Object.entries(themes)) {
      for (const [suffix, scale] of Object.entries(scales)) {
        writeFileSync(
          join(folder, `${state}-${theme}${suffix}.png`),
          await render(page, tray, 16 * scale, trayCss(state, colours)),
        );
      }
    }
    for (const [suffix, scale] of Object.entries(templateScales)) {
      writeFileSync(
        join(folder, `${state}Template${suffix}.png`),
        await render(page, tray, 16 * scale, trayCss(state, undefined)),
      );
    }
  }
}

async function drawApp(page: Page): Promise<void> {
  const icon = readFileSync(join(here, 'icon.svg'), 'utf8');
  mkdirSync(join(here, 'icons'), { recursive: true });
  for (const sizePx of appSizes) {
    writeFileSync(join(here, 'icons', `${sizePx}x${sizePx}.png`), await render(page, icon, sizePx, ''));
  }
  // electron-builder makes the formats of macOS and Windows from this one.
  writeFileSync(join(here, 'icon.png'), await render(page, icon, 1024, ''));
}

const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
try {
  const page = await browser.newPage();
  await drawTray(page);
  await drawApp(page);
} finally {
  await browser.close();
}

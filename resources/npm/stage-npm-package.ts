// Lays out the npm package `keyhatch`, the headless program: what runs, and a package.json that names only what an
// installation needs. The checkout itself stays private, so that it is never published by accident: it brings a Node of its
// own along for people who build it, and its scripts, tools and sources are of no use to anybody else.
// Called as: node resources/npm/stage-npm-package.ts [FOLDER]

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');
const told = ['name', 'version', 'description', 'license', 'type', 'engines', 'bin', 'files', 'dependencies'];

function stage(folder: string): void {
  if (!existsSync(join(root, 'dist/cli/keyhatch.js')))
    throw new Error('Nothing is built yet: run npm run build first.');
  const whole = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const part of [
    'dist/cli',
    'dist/ledger',
    'dist/passwords',
    'dist/renderer',
    'resources/bin',
    'README.md',
    'LICENSE',
  ]) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  const manifest = Object.fromEntries(told.map((name) => [name, whole[name]]));
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
}

stage(resolve(process.argv[2] ?? join(root, 'out/npm')));

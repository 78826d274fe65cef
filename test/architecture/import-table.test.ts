// Which room may import what, held against every import in the tree. ARCHITECTURE.md says why; where the two differ,
// this test is what holds.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

type Rule = {
  /** Rooms it may import from, besides itself. */
  readonly rooms: readonly string[];
  /** Packages, each by a pattern that must match the whole specifier. */
  readonly packages: readonly RegExp[];
};

const node = /^node:.+$/;
const contractClient = /^@orpc\/(client|contract)(\/.+)?$/;
const contractServer = /^@orpc\/server(\/.+)?$/;
const uiLibraries = [
  /^@mantine\/.+$/,
  /^@tabler\/icons-react$/,
  /^@tanstack\/react-(query|virtual)$/,
  /^@orpc\/tanstack-query$/,
  /^wouter(\/.+)?$/,
  /^qrcode\.react$/,
  /^highlight\.js\/.+$/,
];
const base = ['shared', 'lib'];

const rules: Readonly<Record<string, Rule>> = {
  shared: { rooms: [], packages: [/^zod$/, /^@orpc\/contract$/] },
  renderer: { rooms: ['shared'], packages: [/^react(-dom)?(\/.+)?$/, ...uiLibraries, contractClient] },
  lib: { rooms: ['shared'], packages: [node] },
  settings: { rooms: base, packages: [node] },
  storage: { rooms: base, packages: [node] },
  vault: { rooms: base, packages: [node, /^keytar$/] },
  core: { rooms: base, packages: [/^node:(crypto|os|net|tls)$/, /^@orpc\/server$/] },
  gateway: { rooms: base, packages: [node, /^http-proxy$/, /^ws$/] },
  upstream: { rooms: base, packages: [node] },
  echo: { rooms: base, packages: [node] },
  certificates: {
    rooms: base,
    packages: [/^node:(crypto|net|os|tls)$/, /^reflect-metadata$/, /^@peculiar\/(x509|asn1-x509|asn1-schema)$/],
  },
  control: { rooms: base, packages: [node, /^zod$/, contractClient, contractServer] },
  passwords: { rooms: base, packages: [node, /^hash-wasm$/, /^otpauth$/] },
  metrics: { rooms: base, packages: [/^node:perf_hooks$/] },
  tokens: { rooms: base, packages: [/^node:crypto$/, /^jose$/] },
  dashboard: { rooms: base, packages: [node, /^@orpc\/server(\/node)?$/] },
  api: {
    rooms: base,
    packages: [/^node:http$/, /^@orpc\/(contract|openapi|server|zod\/zod4)$/, /^@orpc\/openapi\/node$/],
  },
  compose: {
    rooms: [
      ...base,
      'api',
      'settings',
      'storage',
      'vault',
      'core',
      'gateway',
      'upstream',
      'echo',
      'certificates',
      'control',
      'dashboard',
      'metrics',
      'tokens',
      'passwords',
      'shell',
    ],
    packages: [node],
  },
  shell: { rooms: [...base, 'core', 'settings'], packages: [] },
  desktop: {
    rooms: [...base, 'compose', 'shell'],
    packages: [node, /^electron$/, /^electron-store$/, /^electron-updater$/, contractServer],
  },
  preload: { rooms: ['shared'], packages: [/^electron$/] },
  serve: { rooms: [...base, 'compose', 'shell', 'cli'], packages: [node, /^conf$/] },
  cli: { rooms: [...base, 'control', 'serve'], packages: [node] },
  launch: { rooms: [], packages: [node] },
};

/** Single files that may do more than their room. */
const exceptions: Readonly<Record<string, Rule>> = {
  'electron/desktop/main.ts': { rooms: ['cli'], packages: [] },
  'electron/cli/at-rest.ts': { rooms: ['compose', 'shell'], packages: [contractServer] },
};

type Import = { readonly from: string; readonly specifier: string };

const files = ['shared', 'renderer', 'electron'].flatMap((folder) => sourcesIn(join(root, folder)));

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return /\.tsx?$/.test(entry.name) ? [relative(root, path).replaceAll('\\', '/')] : [];
  });
}

function roomOf(file: string): string {
  const [top, room, ...rest] = file.split('/');
  if (top !== 'electron') return top ?? '';
  if (rest.length > 0) return room ?? '';
  // compose.ts has parts of their own.
  return (room ?? '').replace(
    /(-ledger|-dashboard|-echo|-metrics|-usage|-policy|-capture|-limits|-upstreams|-vault|-keys|-projects|-server|-transfer|-status|-people|-tls|-network|-tokens|-ways|-api|-audit)?\.tsx?$/,
    '',
  );
}

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  const found = text.matchAll(
    /(?:^|[;\s])(?:import|export)\s[^'"]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm,
  );
  return [...found].map(([, a, b, c]) => ({ from: file, specifier: a ?? b ?? c ?? '' }));
}

function isAllowed({ from, specifier }: Import): boolean {
  const room = roomOf(from);
  const granted = [rules[room], exceptions[from]].filter((rule) => rule !== undefined);
  if (!specifier.startsWith('.'))
    return granted.some(({ packages }) => packages.some((pattern) => pattern.test(specifier)));
  const target = relative(root, resolve(root, dirname(from), specifier)).replaceAll('\\', '/');
  if (target === 'package.json') return room === 'cli' || room === 'desktop';
  const targetRoom = roomOf(target);
  return targetRoom === room || granted.some(({ rooms }) => rooms.includes(targetRoom));
}

test('the reader of imports sees them all', () => {
  expect(importsOf('electron/gateway/forward.ts').map(({ specifier }) => specifier)).toEqual(
    expect.arrayContaining(['node:http', 'http-proxy', '../../shared/errors.ts', './tally/tally.ts']),
  );
  expect(isAllowed({ from: 'electron/gateway/guard.ts', specifier: '../core/keys.ts' })).toBe(false);
  expect(isAllowed({ from: 'electron/gateway/guard.ts', specifier: 'electron' })).toBe(false);
  expect(isAllowed({ from: 'shared/errors.ts', specifier: 'node:fs' })).toBe(false);
});

describe('every import is one its room may make', () => {
  for (const room of new Set(files.map(roomOf))) {
    test(room, () => {
      expect(rules[room], `the room ${room} is not in the table`).toBeDefined();
      const wrong = files
        .filter((file) => roomOf(file) === room)
        .flatMap(importsOf)
        .filter((one) => !isAllowed(one));
      expect(wrong).toEqual([]);
    });
  }
});

test('nothing imports compose but the shells', () => {
  const importers = files.filter((file) => importsOf(file).some(({ specifier }) => specifier.endsWith('/compose.ts')));
  expect(importers.map(roomOf).every((room) => ['cli', 'serve', 'desktop'].includes(room))).toBe(true);
});

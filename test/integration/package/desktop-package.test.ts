// What the packed desktop app holds, without Electron's runtime: electron-builder packs for Linux around a stand-in for it,
// and the archive is opened. Does not prove that a real Electron starts it; .github/workflows/desktop.yml does.

import { spawnSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
// Comes with electron-builder, which writes the archive with it.
import { extractAll, listPackage } from '@electron/asar';
import { load } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const arch = process.arch === 'arm64' ? 'arm64' : 'x64';

/** Bundles, page, icons and keytar together. Raise it knowingly. */
const ceilingBytes = 10 * 1024 * 1024;

const mayBeInside = [
  /^package\.json$/,
  /^dist\/(main|cli)\/[\w/.-]+\.js$/,
  /^dist\/preload\/preload\.cjs$/,
  /^dist\/ledger\/ledger-worker\.cjs$/,
  /^dist\/passwords\/password-worker\.cjs$/,
  /^dist\/renderer\/(index\.html|icon\.svg|assets\/[\w.-]+\.(js|css|woff2?|svg|png))$/,
  /^resources\/[\w/@.-]+\.png$/,
  /^node_modules\/keytar\/(package\.json|LICENSE\.md|lib\/keytar\.js)$/,
  new RegExp(`^node_modules/keytar/prebuilds/linux-${arch}/keytar\\.node$`),
];

type Config = {
  readonly electronFuses: unknown;
  readonly publish: unknown;
  readonly directories: object;
  readonly [name: string]: unknown;
};

let folder = '';
let config: Config;
let resources = '';
let files: readonly string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyhatch-package-'));
  config = load(await readFile(join(root, 'electron-builder.yml'), 'utf8')) as Config;
  pack(await standInConfig());
  const unpacked = (await readdir(join(folder, 'out'))).find((name) => name.endsWith('unpacked')) ?? '';
  resources = join(folder, 'out', unpacked, 'resources');
  const entries = listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.slice(1));
  files = entries.filter((path) => !entries.some((other) => other.startsWith(`${path}/`)));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The real configuration, but for an Electron that is none and has no fuses to flip. */
async function standInConfig(): Promise<string> {
  const electronDist = join(folder, 'electron');
  await mkdir(join(electronDist, 'resources'), { recursive: true });
  await writeFile(join(electronDist, 'electron'), '#!/bin/sh\n');
  await chmod(join(electronDist, 'electron'), 0o755);
  for (const licence of ['LICENSE', 'LICENSES.chromium.html']) await writeFile(join(electronDist, licence), '');
  const file = join(folder, 'config.json');
  const directories = { ...config.directories, output: join(folder, 'out') };
  await writeFile(file, JSON.stringify({ ...config, electronDist, electronFuses: null, directories }));
  return file;
}

function pack(configFile: string): void {
  const args = [require.resolve('electron-builder/cli.js'), '--linux', 'dir', `--${arch}`, '--config', configFile];
  // Nothing is there to be downloaded, and nothing could be.
  const nowhere = 'http://127.0.0.1:9';
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--publish', 'never'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, HTTPS_PROXY: nowhere, HTTP_PROXY: nowhere, https_proxy: nowhere, http_proxy: nowhere },
  });
  if (status !== 0) throw new Error(`electron-builder ended with ${status}:\n${stdout}\n${stderr}`);
}

async function filesBelow(place: string): Promise<string[]> {
  const entries = await readdir(place, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(place, join(entry.parentPath, entry.name)));
}

describe('the archive', () => {
  test('holds what runs: entry points, preload, page and command line', () => {
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/main/main.js',
        'dist/preload/preload.cjs',
        'dist/renderer/index.html',
        'dist/cli/keyhatch.js',
        'dist/ledger/ledger-worker.cjs',
        'dist/passwords/password-worker.cjs',
        'node_modules/keytar/lib/keytar.js',
      ]),
    );
  });

  test('holds nothing else: no source, test, map, tool or second copy of a bundled library', () => {
    expect(files.filter((file) => !mayBeInside.some((pattern) => pattern.test(file)))).toEqual([]);
  });

  test('holds every picture there is for icon and tray', async () => {
    const pictures = (await filesBelow(join(root, 'resources'))).filter((file) => /^(icon|tray\/.+)\.png$/.test(file));
    const packed = files.filter((file) => file.startsWith('resources/'));
    expect(packed.toSorted()).toEqual(pictures.map((file) => `resources/${file}`).toSorted());
  });

  test('holds every file of the page that was built', async () => {
    const page = (await filesBelow(join(root, 'dist/renderer'))).filter((file) => !file.endsWith('.map'));
    const packed = files.filter((file) => file.startsWith('dist/renderer/'));
    expect(packed.toSorted()).toEqual(page.map((file) => `dist/renderer/${file}`).toSorted());
  });

  test('is small', async () => {
    const { size } = await stat(join(resources, 'app.asar'));
    const unpacked = await filesBelow(join(resources, 'app.asar.unpacked'));
    const sizes = await Promise.all(
      unpacked.map(async (file) => (await stat(join(resources, 'app.asar.unpacked', file))).size),
    );
    const bytes = sizes.reduce((sum, one) => sum + one, size);
    process.stdout.write(`desktop package: ${files.length} files, ${(bytes / 1024).toFixed(0)} KiB\n`);
    expect(bytes).toBeLessThan(ceilingBytes);
  });

  test('names its start and no tool of the workshop', async () => {
    const all = join(folder, 'extracted');
    extractAll(join(resources, 'app.asar'), all);
    const manifest = JSON.parse(await readFile(join(all, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(manifest).toMatchObject({ name: 'keyhatch', main: 'dist/main/main.js', type: 'module' });
    expect(manifest).not.toHaveProperty('devDependencies');
    expect(manifest).not.toHaveProperty('scripts');
    expect(Object.keys(manifest['dependencies'] as object)).toEqual(['keytar']);
    // What was packed runs by itself, apart from this checkout.
    const help = spawnSync(process.execPath, [join(all, 'dist/cli/keyhatch.js'), 'help'], { encoding: 'utf8' });
    expect(help.stdout).toContain('Usage: keyhatch COMMAND');
  });
});

const native = `node_modules/keytar/prebuilds/linux-${arch}/keytar.node`;

test('the native file alone lies outside of the archive', async () => {
  expect(await filesBelow(join(resources, 'app.asar.unpacked'))).toEqual([native]);
});

// It is packed for Linux, wherever that is done.
test.runIf(process.platform === 'linux')(
  'keytar can be loaded: its native file from there, and the whole of it',
  () => {
    const fromThere = 'process.stdout.write(Object.keys(require(process.argv[1])).join())';
    const file = join(resources, 'app.asar.unpacked', native);
    const alone = spawnSync(process.execPath, ['-e', fromThere, file], { encoding: 'utf8' });
    expect(alone.stdout, alone.stderr).toContain('getPassword');
    const all = join(folder, 'with-keytar');
    extractAll(join(resources, 'app.asar'), all);
    const load = "import('keytar').then(({ default: { getPassword } }) => process.stdout.write(typeof getPassword))";
    const whole = spawnSync(process.execPath, ['--input-type=module', '-e', load], { cwd: all, encoding: 'utf8' });
    expect(whole.stdout, whole.stderr).toBe('function');
  },
);

describe('the configuration', () => {
  test('takes from Electron what would let others run code as Keyhatch', () => {
    expect(config.electronFuses).toEqual({
      runAsNode: false,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      enableCookieEncryption: false,
      grantFileProtocolExtraPrivileges: false,
      resetAdHocDarwinSignature: true,
    });
  });

  test('publishes nowhere by itself, and every file that it names is there', async () => {
    expect(config.publish).toBeNull();
    const named = JSON.stringify(config).match(/resources\/[\w./-]+\.plist/g) ?? [];
    expect(named.length).toBeGreaterThan(0);
    for (const file of named) expect((await stat(join(root, file))).isFile()).toBe(true);
  });

  test('packs for each system the prebuilt keytar that there is for it', async () => {
    for (const [name, platform] of [
      ['mac', 'darwin'],
      ['win', 'win32'],
      ['linux', 'linux'],
    ] as const) {
      expect(JSON.stringify(config[name])).toContain(`node_modules/keytar/prebuilds/${platform}-\${arch}`);
      for (const each of ['x64', 'arm64']) {
        const native = join(root, `node_modules/keytar/prebuilds/${platform}-${each}/keytar.node`);
        expect((await stat(native)).size).toBeGreaterThan(0);
      }
    }
  });
});

// The npm package `keyhatch` as somebody gets it who wants only the headless program: packed, unpacked into a folder of
// its own and started by its `bin`. And the `bin` of a checkout, which is there before anything was built.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../../..');
const bin = 'resources/bin/keyhatch.js';
/** Unpacked, without keytar. Raise it knowingly. */
const ceilingBytes = 6 * 1024 * 1024;

type Packed = {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly mode: number }[];
};

let folder = '';
let staged = '';
let packed: Packed;
/** The `keyhatch` that npm would put on the PATH; on Windows what the command that npm writes there calls. */
let program: readonly string[] = [];
const callable = (file: string) => (process.platform === 'win32' ? [process.execPath, file] : [file]);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyhatch-npm-'));
  staged = join(folder, 'staged');
  run(process.execPath, [join(root, 'resources/npm/stage-npm-package.ts'), staged]);
  const answer = JSON.parse(npm('pack', '--json', '--pack-destination', folder)) as Packed[] | Record<string, Packed>;
  const [only] = Object.values(answer);
  if (!only) throw new Error('npm pack says nothing of what it packed');
  packed = only;
  program = await install(join(folder, packed.filename));
}, 120_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

function run(command: string, args: readonly string[], cwd = root): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}

function runAll([command = '', ...args]: readonly string[], cwd?: string): string {
  return run(command, args, cwd);
}

function npm(...args: readonly string[]): string {
  const cli = process.env['npm_execpath'];
  return cli?.endsWith('.js') ? run(process.execPath, [cli, ...args], staged) : run('npm', args, staged);
}

// What npm does to install it, but for fetching keytar: that one is taken from this checkout.
async function install(tarball: string): Promise<readonly string[]> {
  const modules = join(folder, 'prefix/node_modules');
  const place = join(modules, 'keyhatch');
  await mkdir(place, { recursive: true });
  await mkdir(join(modules, '.bin'));
  run('tar', ['-xzf', tarball, '-C', place, '--strip-components=1']);
  await symlink(join(root, 'node_modules/keytar'), join(modules, 'keytar'), 'junction');
  if (process.platform === 'win32') return callable(join(place, bin));
  await symlink(join(place, bin), join(modules, '.bin/keyhatch'));
  return callable(join(modules, '.bin/keyhatch'));
}

describe('the npm package', () => {
  test('holds only what runs', () => {
    const mayBeInside = [
      /^(package\.json|README\.md|LICENSE)$/,
      /^dist\/cli\/[\w/.-]+\.js$/,
      /^dist\/ledger\/ledger-worker\.cjs$/,
      /^dist\/passwords\/password-worker\.cjs$/,
      /^dist\/renderer\/(index\.html|icon\.svg|assets\/[\w.-]+\.(js|css|woff2?|svg|png))$/,
      /^resources\/bin\/keyhatch\.js$/,
    ];
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        'package.json',
        'LICENSE',
        'dist/cli/keyhatch.js',
        'dist/ledger/ledger-worker.cjs',
        'dist/passwords/password-worker.cjs',
        'dist/renderer/index.html',
        bin,
      ]),
    );
    expect(paths.filter((path) => !mayBeInside.some((pattern) => pattern.test(path)))).toEqual([]);
    process.stdout.write(
      `npm package: ${paths.length} files, ${(packed.unpackedSize / 1024).toFixed(0)} KiB unpacked\n`,
    );
    expect(packed.unpackedSize).toBeLessThan(ceilingBytes);
  });

  test('may be published, asks for keytar alone, and its program may be run', async () => {
    const manifest = JSON.parse(await readFile(join(staged, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(Object.keys(manifest)).not.toContain('private');
    expect(Object.keys(manifest)).not.toContain('optionalDependencies');
    expect(manifest['bin']).toEqual({ keyhatch: bin });
    expect(Object.keys(manifest['dependencies'] as object)).toEqual(['keytar']);
    expect((packed.files.find(({ path }) => path === bin)?.mode ?? 0) & 0o111).toBe(0o111);
  });

  test('tells its help when it is called by the name that npm links', () => {
    expect(runAll([...program, 'help'], folder)).toContain('Usage: keyhatch COMMAND');
  });

  test('finds keytar', () => {
    const load = "import('keytar').then(({ default: { getPassword } }) => process.stdout.write(typeof getPassword))";
    const place = join(folder, 'prefix/node_modules/keyhatch');
    expect(run(process.execPath, ['--input-type=module', '-e', load], place)).toBe('function');
  });

  test('serves until it is told to stop', async () => {
    const args = ['serve', '--vault', 'memory', '--echo', '--port', '0', '--log-format', 'json'];
    const [command = '', ...before] = program;
    const child = spawn(command, [...before, ...args, '--data-dir', join(folder, 'profile')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    try {
      const { event, gateway } = JSON.parse(await firstLine(child)) as { event: string; gateway: string };
      expect(event).toBe('ready');
      expect((await fetch(`${gateway}/health`)).status).toBe(200);
      expect((await fetch(`${gateway}/v1/models`)).status).toBe(401);
      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('its stdout is not read');
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('it ended without a word');
}

describe('the program of a checkout', () => {
  test('may be run from the clone on, however often it is built', async () => {
    expect((await stat(join(root, bin))).mode & 0o111).toBe(0o111);
    expect(runAll([...callable(join(root, bin)), 'help'])).toContain('Usage: keyhatch COMMAND');
  });

  test('says in one sentence that it has to be built first', async () => {
    const clone = join(folder, 'clone');
    await mkdir(join(clone, 'resources'), { recursive: true });
    await cp(join(root, 'resources/bin'), join(clone, 'resources/bin'), { recursive: true });
    await cp(join(root, 'package.json'), join(clone, 'package.json'));
    const [command = '', ...args] = [...callable(join(clone, bin)), 'help'];
    const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(/^Keyhatch is not built yet: run npm start or npm run build in \S+ first\.\n$/);
  });
});

// `npm start`: builds, then opens the desktop app where Electron can run, and elsewhere says why it cannot and starts
// `keyhatch serve` on the same profile. Used from a checkout only; never packed.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(import.meta.dirname);
const tell = (text: string) => process.stdout.write(`${text}\n`);

/** Electron's program, or in words why the desktop app cannot run here. */
function findElectron(): { readonly program: string } | { readonly missing: string } {
  if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    return { missing: 'there is no display' };
  }
  if (process.platform === 'linux' && process.getuid?.() === 0) return { missing: 'Electron does not run as root' };
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const program = electronIn(folder);
  if (program !== undefined) return { program };
  // Recent Electron packages bring their runtime in with a script of their own, not when they are installed.
  const script = join(folder, 'install.js');
  if (existsSync(script)) spawnSync(process.execPath, [script], { cwd: folder, stdio: 'ignore', timeout: 120_000 });
  const installed = electronIn(folder);
  return installed === undefined ? { missing: 'Electron’s runtime could not be downloaded' } : { program: installed };
}

const programs: Partial<Record<NodeJS.Platform, string>> = {
  linux: 'electron',
  win32: 'electron.exe',
  darwin: 'Electron.app/Contents/MacOS/Electron',
};

function electronIn(folder: string): string | undefined {
  const program = join(folder, 'dist', programs[process.platform] ?? 'electron');
  return existsSync(program) ? program : undefined;
}

function run(program: string, args: readonly string[]): void {
  const child = spawn(program, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, KEYHATCH_CALLED_AS: 'npx keyhatch' },
  });
  // Ctrl+C reaches the whole group by itself; what ends only us has to be passed on.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 1 : (code ?? 1);
  });
}

const build = spawnSync(
  process.execPath,
  [join(root, 'node_modules/vite/bin/vite.js'), 'build', '--app', '--logLevel', 'warn'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (build.status !== 0) {
  tell('The build failed; the lines above say where.');
  process.exit(1);
}
const electron = findElectron();
if ('program' in electron) {
  run(electron.program, [root]);
} else {
  tell(`The desktop app cannot open here: ${electron.missing}. Starting without a window instead.`);
  run(process.execPath, [
    join(root, 'dist/cli/keyhatch.js'),
    'serve',
    '--echo-if-none',
    '--print-link',
    ...process.argv.slice(2),
  ]);
}

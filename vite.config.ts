// Six builds of one tree: renderer (a page), main and preload (Electron), cli (plain Node: serve and all commands), and
// ledger and passwords, each one script that main and cli hand to a thread as text.
// `vite build --app` makes them all.

import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Native or resolved at run time: these stay packages. Everything else is bundled, so that a start opens few files.
const external = [/^node:/, 'electron', 'keytar'];

const nodeBuild = (folder: string, entry: string, format: 'es' | 'cjs') => ({
  consumer: 'server' as const,
  resolve: { external: ['electron', 'keytar'], noExternal: true as const },
  build: {
    outDir: `../dist/${folder}`,
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    copyPublicDir: false,
    rolldownOptions: {
      input: join(import.meta.dirname, entry),
      external,
      output: {
        format,
        entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
      },
    },
  },
});

export default defineConfig({
  // Pages are found and written by their path below this folder.
  root: join(import.meta.dirname, 'renderer'),
  plugins: [react()],
  builder: {},
  environments: {
    // The first screen in one piece: what is needed later is split off by hand (renderer/app.tsx).
    client: { build: { outDir: '../dist/renderer', emptyOutDir: true, chunkSizeWarningLimit: 750 } },
    main: nodeBuild('main', 'electron/desktop/main.ts', 'es'),
    preload: nodeBuild('preload', 'electron/preload/preload.ts', 'cjs'),
    cli: nodeBuild('cli', 'electron/cli/keyhatch.ts', 'es'),
    ledger: nodeBuild('ledger', 'electron/storage/ledger-worker.ts', 'cjs'),
    passwords: nodeBuild('passwords', 'electron/passwords/password-worker.ts', 'cjs'),
  },
});

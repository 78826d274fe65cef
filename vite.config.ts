// Four builds of one tree: renderer (a page), main and preload (Electron), cli (plain Node: serve and all commands).
// `vite build --app` makes them all.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Native or resolved at run time: these stay packages. Everything else is bundled, so that a start opens few files.
const external = [/^node:/, 'electron', 'keytar'];

const nodeBuild = (entry: Record<string, string>, outDir: string, format: 'es' | 'cjs') => ({
  consumer: 'server' as const,
  resolve: { external: ['electron', 'keytar'], noExternal: true as const },
  build: {
    outDir,
    emptyOutDir: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    copyPublicDir: false,
    rolldownOptions: {
      input: entry,
      external,
      output: { format, entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
    },
  },
});

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  builder: {},
  environments: {
    client: {
      build: {
        outDir: 'dist/renderer',
        emptyOutDir: true,
        rolldownOptions: { input: 'renderer/index.html' },
      },
    },
    main: nodeBuild({ main: 'electron/desktop/main.ts' }, 'dist/main', 'es'),
    preload: nodeBuild({ preload: 'electron/preload/preload.ts' }, 'dist/preload', 'cjs'),
    cli: nodeBuild({ keyhatch: 'electron/cli/keyhatch.ts' }, 'dist/cli', 'es'),
  },
});

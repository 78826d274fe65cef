// Begins a thread from its program, wherever that lies. Knows nothing of what runs in it.

import { readFileSync } from 'node:fs';
import { Worker, type WorkerOptions } from 'node:worker_threads';

/**
 * The built one is handed over as text: a thread cannot be relied on to load a file from inside Electron's archive, which
 * the main thread reads as any other, its integrity checked.
 * @param file the source, or the one script that the build made of it
 */
export function threadProgram(file: string): (options: WorkerOptions) => Worker {
  if (file.endsWith('.ts')) return (options) => new Worker(file, options);
  const program = readFileSync(file, 'utf8');
  return (options) => new Worker(program, { ...options, eval: true });
}

// The built pages as an allow-list: every file that may be given out, by its path, read once. What is not in it does not
// exist, so no path can lead out of the folder. Knows no transport.

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';

export type PageFile = {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
  /** Its name changes with its content, so that it may be kept for ever. */
  readonly immutable: boolean;
};

/** Pages load their own files and ask their own origin, and nothing else: no foreign or inline script, no frame, no worker. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "worker-src 'none'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

// Whatever else lies there (source maps, leftovers) is not given out.
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

/** Files by URL path, `/` for index.html. Empty where the pages are not built. */
export function readPageFiles(pagesDir: string): ReadonlyMap<string, PageFile> {
  const files = new Map<string, PageFile>();
  for (const file of filesIn(pagesDir)) {
    const contentType = types[extname(file)];
    if (contentType === undefined) continue;
    const path = `/${relative(pagesDir, file).split(sep).join('/')}`;
    // The build puts what carries a hash in its name there.
    const immutable = path.startsWith('/assets/');
    files.set(path, { bytes: new Uint8Array(readFileSync(file)), contentType, immutable });
  }
  const index = files.get('/index.html');
  if (index) files.set('/', index);
  return files;
}

// Real files only: a symbolic link could lead anywhere.
function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

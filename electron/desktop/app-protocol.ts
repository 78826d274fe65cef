// Serves the window's pages as app://keyhatch/… from the pages folder, instead of file://, with a policy that lets a page
// load nothing but its own files. Gives out nothing outside that folder.

import { protocol } from 'electron';
import { pagePolicy, readPageFiles } from '../lib/page-files.ts';

export const appOrigin = 'app://keyhatch';

/** To be called before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

/** To be called once the app is ready. */
export function serveAppPages(pagesDir: string): void {
  const files = readPageFiles(pagesDir);
  protocol.handle('app', (request) => {
    const { host, pathname } = new URL(request.url);
    const file = host === 'keyhatch' ? files.get(pathname) : undefined;
    if (!file) return new Response('Not found', { status: 404 });
    return new Response(file.bytes, {
      headers: {
        'content-type': file.contentType,
        'content-security-policy': pagePolicy,
        'x-content-type-options': 'nosniff',
      },
    });
  });
}

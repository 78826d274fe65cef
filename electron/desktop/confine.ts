// What a page in our window may not do: go elsewhere, open windows, embed others, reach a network, or be granted anything
// but writing text to the clipboard. For every page there is, whoever made it.

import { app, type Session, shell, type WebContents } from 'electron';
import { isOwnUrl } from './app-protocol.ts';

/** Where links in the window may lead, in the person's own browser. */
const linkHosts: ReadonlySet<string> = new Set(['github.com']);

/** To be called before the first window is made. */
export function confinePages(): void {
  app.on('web-contents-created', (_event, contents) => confine(contents));
}

/** To be called once the app is ready. */
export function confineSession(session: Session): void {
  const allowed = (permission: string, url: string) => permission === 'clipboard-sanitized-write' && isOwnUrl(url);
  session.setPermissionRequestHandler((contents, permission, answer) => answer(allowed(permission, contents.getURL())));
  session.setPermissionCheckHandler((_contents, permission, origin) => allowed(permission, origin));
  session.setDevicePermissionHandler(() => false);
  // The page's own policy says the same; this holds for what has none.
  session.webRequest.onBeforeRequest(
    { urls: ['http://*/*', 'https://*/*', 'ws://*/*', 'wss://*/*', 'ftp://*/*', 'file://*/*'] },
    (_details, answer) => answer({ cancel: true }),
  );
}

function confine(contents: WebContents): void {
  for (const name of ['will-frame-navigate', 'will-redirect'] as const) {
    contents.on(name as 'will-frame-navigate', (event) => {
      if (!isOwnUrl(event.url)) event.preventDefault();
    });
  }
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayLeadTo(url)) void shell.openExternal(url);
    return { action: 'deny' };
  });
}

function mayLeadTo(url: string): boolean {
  const target = URL.parse(url);
  return target?.protocol === 'https:' && linkHosts.has(target.hostname) && target.username === '';
}

// Puts a secret on the clipboard and takes it away again, if it is still there. Remembers only a digest of it.

import { timingSafeEqual } from 'node:crypto';
import type { Clipboard } from 'electron';
import type { Settings } from '../../shared/settings.ts';
import { digestOf } from '../lib/digest.ts';
import type { Log } from '../lib/log.ts';

export type SecretClipboardPorts = {
  readonly clipboard: Pick<Clipboard, 'readText' | 'writeText' | 'clear'>;
  readonly platform: NodeJS.Platform;
  readonly setting: () => Settings['desktop.clearClipboard'];
  readonly clearsAfterMs: number;
  readonly log: Log;
};

export type SecretClipboard = {
  readonly copy: (text: string) => Promise<{ readonly clearsAfterMs: number | null }>;
  /** Takes the secret away now, for when the app ends. */
  readonly clear: () => Promise<void>;
};

export function createSecretClipboard(ports: SecretClipboardPorts): SecretClipboard {
  const { clipboard } = ports;
  let copied: { readonly digest: Buffer; readonly timer: NodeJS.Timeout } | undefined;

  function forget(): void {
    clearTimeout(copied?.timer);
    copied = undefined;
  }

  async function clear(): Promise<void> {
    const digest = copied?.digest;
    forget();
    if (!digest) return;
    try {
      if (timingSafeEqual(digestOf(await clipboard.readText()), digest)) clipboard.clear();
    } catch (error) {
      ports.log.warn('the clipboard could not be looked at, so a copied key may still be on it', { error });
    }
  }

  return {
    async copy(text) {
      forget();
      await clipboard.writeText(text);
      if (!clears(ports.setting(), ports.platform)) return { clearsAfterMs: null };
      const timer = setTimeout(clear, ports.clearsAfterMs).unref();
      copied = { digest: digestOf(text), timer };
      return { clearsAfterMs: ports.clearsAfterMs };
    },
    clear,
  };
}

// macOS asks its person each time a program looks at what another one may have copied.
function clears(setting: Settings['desktop.clearClipboard'], platform: NodeJS.Platform): boolean {
  return setting === 'auto' ? platform !== 'darwin' : setting === 'on';
}

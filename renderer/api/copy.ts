// Puts a text on the clipboard: through the page, or, for a secret in the desktop app, through Keyhatch, which takes it
// away again after a while.

import { useEffect, useRef, useState } from 'react';
import { useApi } from './api-context.tsx';

export type CopyState = 'idle' | 'copied' | 'failed';

const shownMs = 2_000;

export function useCopy() {
  const { client, host } = useApi();
  const [state, setState] = useState<CopyState>('idle');
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  function show(next: CopyState): void {
    setState(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setState('idle'), shownMs);
  }

  /** @returns after how many milliseconds it leaves the clipboard; null: it stays; undefined: it could not be copied */
  async function copy(text: string, { secret }: { readonly secret: boolean }): Promise<number | null | undefined> {
    try {
      const clearsAfterMs =
        secret && host === 'window'
          ? (await client.desktop.copySecret({ text })).clearsAfterMs
          : await navigator.clipboard.writeText(text).then(() => null);
      show('copied');
      return clearsAfterMs;
    } catch {
      show('failed');
      return undefined;
    }
  }
  return { state, copy };
}

// The end of the app: running requests are waited for, a person may cut it short, and asking twice ends it at once. Knows
// nothing of the tray and the window but what it is given.

import { app, type MessageBoxOptions } from 'electron';
import type { Log } from '../lib/log.ts';
import { dialogTexts } from './desktop-texts.ts';

export type QuitPorts = {
  /** How many requests run. */
  readonly running: () => number;
  /** Drains, writes everything down and lets go of the profile. */
  readonly drain: () => Promise<void>;
  readonly ask: (question: MessageBoxOptions) => Promise<number>;
  readonly monotonic: () => number;
  readonly log: Log;
};

export type Quit = {
  readonly underway: () => boolean;
  /** Drains and then does this instead of quitting, such as installing an update. */
  readonly thenDo: (last: () => void) => void;
};

/** What starts programs (npm, a terminal's Ctrl+C) often delivers one wish to stop twice. */
const sameWishMs = 250;

export function drainBeforeQuit(ports: QuitPorts): Quit {
  let state: 'running' | 'draining' | 'done' = 'running';
  let askedAt = Number.NEGATIVE_INFINITY;
  let last = () => app.quit();

  function endNow(): void {
    ports.log.warn('ended without waiting for running requests');
    state = 'done';
    app.exit(0);
  }

  async function drain(): Promise<void> {
    state = 'draining';
    const asking = new AbortController();
    if (ports.running() > 0) void offerToQuitNow(asking.signal);
    await ports.drain().catch((error: unknown) => ports.log.error('not everything was closed', { error }));
    asking.abort();
    state = 'done';
    last();
  }

  async function offerToQuitNow(signal: AbortSignal): Promise<void> {
    const { message, detail, now, wait } = dialogTexts.drain;
    const buttons = [now, wait];
    const question = { message: message(ports.running()), detail, buttons, defaultId: 1, cancelId: 1, signal };
    // Taken away once everything has ended, it answers as if nothing had been chosen.
    const button = await ports.ask(question);
    if (button === 0 && !signal.aborted) endNow();
  }

  app.on('before-quit', (event) => {
    if (state === 'done') return;
    event.preventDefault();
    const isSameWish = ports.monotonic() - askedAt < sameWishMs;
    if (state === 'draining' && !isSameWish) endNow();
    askedAt = ports.monotonic();
    if (state === 'running') void drain();
  });
  return {
    underway: () => state !== 'running',
    thenDo(act) {
      last = act;
      app.quit();
    },
  };
}

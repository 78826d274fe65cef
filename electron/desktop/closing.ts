// What closing the window means: with a tray the server simply goes on, which is said once; without one nobody would find
// the app again, so a person is asked.

import { app, type MessageBoxOptions } from 'electron';
import { dialogTexts, noticeTexts } from './desktop-texts.ts';
import type { Notices } from './notices.ts';
import type { WindowMemory } from './window-memory.ts';

export type ClosingPorts = {
  readonly quitting: () => boolean;
  readonly hasTray: () => boolean;
  readonly memory: WindowMemory;
  readonly notices: Pick<Notices, 'stillRunning'>;
  readonly ask: (question: MessageBoxOptions) => Promise<number>;
  /** Lets the window go without asking. */
  readonly close: () => void;
  readonly platform: NodeJS.Platform;
};

export function askBeforeClosing(ports: ClosingPorts): { readonly mayClose: () => boolean } {
  let asking = false;

  function sayOnce(): void {
    if (ports.memory.get().saidStillRunning) return;
    ports.memory.keep({ saidStillRunning: true });
    // On macOS everybody knows that a closed window ends nothing, and a question would bring it back.
    if (ports.notices.stillRunning() || ports.platform === 'darwin') return;
    const { title, body } = noticeTexts.stillRunning;
    void ports.ask({ type: 'info', message: title, detail: body, buttons: [dialogTexts.ok] });
  }

  async function askFirst(): Promise<void> {
    asking = true;
    const { message, detail, keep, quit } = dialogTexts.closeWithoutTray;
    const button = await ports.ask({
      type: 'question',
      message,
      detail,
      buttons: [keep, quit, dialogTexts.cancel],
      defaultId: 0,
      cancelId: 2,
    });
    asking = false;
    if (button === 0) ports.close();
    if (button === 1) app.quit();
  }

  return {
    mayClose() {
      if (ports.quitting()) return true;
      if (ports.hasTray()) {
        sayOnce();
        return true;
      }
      if (!asking) void askFirst();
      return false;
    },
  };
}

// Carries out what was chosen in the tray's menu, by the same calls as the window. What needs to be said twice is asked
// first; what goes wrong is said.

import { app, clipboard, type MessageBoxOptions } from 'electron';
import { KeyhatchError } from '../../shared/errors.ts';
import type { Log } from '../lib/log.ts';
import { dialogTexts as texts } from './desktop-texts.ts';
import type { Page, TrayAction } from './tray-view.ts';

/** The calls of the contract that the tray makes. */
export type TrayCalls = {
  readonly server: {
    readonly start: () => Promise<unknown>;
    readonly stop: () => Promise<unknown>;
    readonly setLan: (input: { readonly on: boolean }) => Promise<unknown>;
  };
  readonly settings: {
    readonly set: (input: {
      readonly name: string;
      readonly value: boolean;
      readonly confirm: boolean;
    }) => Promise<unknown>;
  };
};

export type TrayActionPorts = {
  readonly calls: TrayCalls;
  readonly open: (page: Page) => void;
  readonly ask: (question: MessageBoxOptions) => Promise<number>;
  readonly log: Log;
};

/** The returned function never rejects. */
export function createTrayActions(ports: TrayActionPorts): (action: TrayAction) => Promise<void> {
  const { calls, open, ask, log } = ports;

  async function set(name: string, value: boolean): Promise<void> {
    try {
      await calls.settings.set({ name, value, confirm: false });
    } catch (error) {
      if (!(error instanceof KeyhatchError) || error.code !== 'confirmation_needed') throw error;
      const which = name === 'access.requireKey' ? name : 'other';
      const button = await ask({
        type: 'warning',
        message: texts.confirm[which],
        detail: String(error.details['consequence'] ?? ''),
        buttons: [texts.confirmButton[which], texts.cancel],
        defaultId: 1,
        cancelId: 1,
      });
      if (button === 0) await calls.settings.set({ name, value, confirm: true });
    }
  }

  async function carryOut(action: TrayAction): Promise<unknown> {
    switch (action.does) {
      case 'start':
        return calls.server.start();
      case 'stop':
        return calls.server.stop();
      case 'lan':
        return calls.server.setLan({ on: action.on });
      case 'set':
        return set(action.name, action.value);
      case 'copy':
        return clipboard.writeText(action.text);
      case 'open':
        return open(action.page);
      case 'quit':
        return app.quit();
    }
  }

  return async (action) => {
    try {
      await carryOut(action);
    } catch (error) {
      log.warn('what was chosen in the tray did not work', { action: action.does, error });
      const message = action.does === 'start' ? texts.cannotServe : texts.didNotWork;
      const detail = error instanceof KeyhatchError ? error.message : texts.seeLog;
      await ask({ type: 'error', message, detail, buttons: [texts.ok] }).catch(() => {});
    }
  };
}

// What the window remembers from one run to the next: its size, and what was said once. No setting: nobody would look
// for it. A file that cannot be read or written is no reason to fail.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseObject } from '../lib/json-shape.ts';
import type { Log } from '../lib/log.ts';

export type Remembered = {
  readonly width: number;
  readonly height: number;
  /** It was said that closing the window leaves the server running. */
  readonly saidStillRunning: boolean;
  /** Ids of reminders that were shown, the latest ones. */
  readonly saidReminders: readonly string[];
};

export type WindowMemory = {
  readonly get: () => Remembered;
  readonly keep: (part: Partial<Remembered>) => void;
  /** Whether a reminder is new; from then on it is not. */
  readonly sayOnce: (reminderId: string) => boolean;
  /** Makes it new again. */
  readonly forget: (reminderId: string) => void;
};

export const smallest = { width: 480, height: 400 } as const;
const first: Remembered = { width: 1180, height: 800, saidStillRunning: false, saidReminders: [] };
const largest = 20_000;
const mostReminders = 500;

export function openWindowMemory(dataDir: string, log: Log): WindowMemory {
  const file = join(dataDir, 'window.json');
  let remembered = read(file);
  function keep(part: Partial<Remembered>): void {
    remembered = { ...remembered, ...part };
    try {
      writeFileSync(file, `${JSON.stringify(remembered)}\n`, { mode: 0o600 });
    } catch (error) {
      log.warn('the window’s size could not be kept', { error });
    }
  }
  return {
    get: () => remembered,
    keep,
    sayOnce(reminderId) {
      const { saidReminders } = remembered;
      if (saidReminders.includes(reminderId)) return false;
      keep({ saidReminders: [...saidReminders, reminderId].slice(-mostReminders) });
      return true;
    },
    forget(reminderId) {
      const { saidReminders } = remembered;
      if (saidReminders.includes(reminderId)) keep({ saidReminders: saidReminders.filter((id) => id !== reminderId) });
    },
  };
}

function read(file: string): Remembered {
  let text = '';
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return first;
  }
  const kept = parseObject(text) ?? {};
  return {
    width: within(kept['width'], smallest.width) ?? first.width,
    height: within(kept['height'], smallest.height) ?? first.height,
    saidStillRunning: kept['saidStillRunning'] === true,
    saidReminders: textsIn(kept['saidReminders']),
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string').slice(-mostReminders) : [];
}

function within(value: unknown, least: number): number | undefined {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= largest ? Number(value) : undefined;
}

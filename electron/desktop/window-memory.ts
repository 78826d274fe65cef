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
};

export type WindowMemory = {
  readonly get: () => Remembered;
  readonly keep: (part: Partial<Remembered>) => void;
};

export const smallest = { width: 480, height: 400 } as const;
const first: Remembered = { width: 1180, height: 800, saidStillRunning: false };
const largest = 20_000;

export function openWindowMemory(dataDir: string, log: Log): WindowMemory {
  const file = join(dataDir, 'window.json');
  let remembered = read(file);
  return {
    get: () => remembered,
    keep(part) {
      remembered = { ...remembered, ...part };
      try {
        writeFileSync(file, `${JSON.stringify(remembered)}\n`, { mode: 0o600 });
      } catch (error) {
        log.warn('the window’s size could not be kept', { error });
      }
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
  };
}

function within(value: unknown, least: number): number | undefined {
  return Number.isInteger(value) && Number(value) >= least && Number(value) <= largest ? Number(value) : undefined;
}

// Which system the reader's files lie on: as the browser says, until they choose another one.

import type { Where } from '../../../shared/snippets-template.ts';

export const systems = ['macos', 'windows', 'linux'] as const;
export type System = (typeof systems)[number];

export function systemOf(platform: string): System {
  if (/mac|iphone|ipad/i.test(platform)) return 'macos';
  return /win/i.test(platform) ? 'windows' : 'linux';
}

/** Whether a place reads the same on every system. */
export function isSameEverywhere(where: Where): boolean {
  return where.kind !== 'file' || (where.macos === where.linux && where.linux === where.windows);
}

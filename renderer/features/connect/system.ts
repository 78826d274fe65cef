// Which system the reader's files lie on: as the browser says, until they choose another one.

export const systems = ['macos', 'windows', 'linux'] as const;
export type System = (typeof systems)[number];

export function systemOf(platform: string): System {
  if (/mac|iphone|ipad/i.test(platform)) return 'macos';
  return /win/i.test(platform) ? 'windows' : 'linux';
}

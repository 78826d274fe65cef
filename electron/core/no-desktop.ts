// What stands in for the desktop app where there is none: says so to whoever asks for a part of it.

import { KeyhatchError } from '../../shared/errors.ts';
import type { DesktopCalls } from './router.ts';

export const noDesktop: DesktopCalls = {
  facts: refuse,
  copySecret: refuse,
  installCommandLine: refuse,
  checkForUpdates: refuse,
  restartToUpdate: refuse,
};

function refuse(): never {
  throw new KeyhatchError('desktop_only');
}

// What the window can ask of the desktop app beside the contract's other calls: answered from the parts that do it.

import type { Shell } from '../shell.ts';
import type { CommandLineInstall } from './command-line-install.ts';
import type { LoginItem } from './login-item.ts';
import type { SecretClipboard } from './secret-clipboard.ts';
import type { Updates } from './updates.ts';

export type DesktopCalls = NonNullable<Shell['desktop']>;

export type DesktopParts = {
  readonly hasTray: () => Promise<boolean>;
  readonly loginItem: Pick<LoginItem, 'possible'>;
  readonly commandLine: CommandLineInstall;
  readonly updates: Pick<Updates, 'facts' | 'check' | 'restart'>;
  readonly clipboard: Pick<SecretClipboard, 'copy'>;
};

export function createDesktopCalls(parts: DesktopParts): DesktopCalls {
  const facts = async () => ({
    tray: await parts.hasTray(),
    loginItem: parts.loginItem.possible,
    commandLine: await parts.commandLine.facts(),
    updates: parts.updates.facts(),
  });
  return {
    facts,
    copySecret: parts.clipboard.copy,
    installCommandLine: () => parts.commandLine.install().then(facts),
    checkForUpdates: () => parts.updates.check().then(facts),
    restartToUpdate: () => parts.updates.restart().then(facts),
  };
}

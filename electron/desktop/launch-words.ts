// What the words on the app's own command line mean, and which words start the app again. Pure.

/** Starts in the tray, without a window. */
export const hiddenFlag = '--hidden';
const commandLineFlag = '--cli';

/**
 * The command line's own words in `Keyhatch --cli -- keys list`, or undefined when the app itself was started. What comes
 * after `--` is neither a switch for Chromium nor, on Windows, refused by Electron for being an address.
 */
export function commandLineWords(argv: readonly string[]): readonly string[] | undefined {
  const end = argv.indexOf('--');
  return end > 0 && argv.slice(1, end).includes(commandLineFlag) ? argv.slice(end + 1) : undefined;
}

export function startsHidden(argv: readonly string[]): boolean {
  return argv.slice(1).includes(hiddenFlag);
}

export type OwnProgram = {
  readonly execPath: string;
  readonly appPath: string;
  readonly isPackaged: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** The words that start this app again. */
export function ownCommand({ execPath, appPath, isPackaged, env }: OwnProgram): readonly string[] {
  // An AppImage runs from a mount that is another one each time; this names the file itself.
  // Only if we run from there: a terminal hands the variable of its own AppImage on to whatever it starts.
  const { APPIMAGE: appImage, APPDIR: mount } = env;
  const isOurs = appImage && mount && execPath.startsWith(`${mount.replace(/\/$/, '')}/`);
  if (isPackaged) return [isOurs ? appImage : execPath];
  return [execPath, appPath];
}

/** The words that run the command line, to be followed by its own. */
export function commandLineCommand(own: OwnProgram): readonly string[] {
  return [...ownCommand(own), commandLineFlag, '--'];
}

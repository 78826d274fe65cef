// Words that every page uses. All texts of the window lie in this folder, so that they can be translated.

export const commonTexts = {
  areYouSure: 'Are you sure?',
  cancel: 'Cancel',
  close: 'Close',
  copied: 'Copied',
  copy: 'Copy',
  copyFailed: 'Could not copy',
  copyThat: (what: string) => `Copy ${what}`,
  doIt: 'Do it anyway',
  failed: 'This could not be loaded',
  loading: 'Loading',
  lost: 'Keyhatch does not answer. What you see may be out of date; trying again…',
  never: 'never',
  none: 'none',
  notWorked: 'That did not work',
  save: 'Save',
  search: 'Search',
  setByFlag: 'set by command line',
  tryAgain: 'Try again',
  vaultCure:
    'Unlock the keychain; Keyhatch goes on by itself. Where this machine has none, start Keyhatch with --vault file. Until then every request is refused.',
  vaultLocked: 'Keys cannot be read or made',
  thisComputer: 'this computer',
} as const;

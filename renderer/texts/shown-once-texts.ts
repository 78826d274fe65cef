// The dialog that shows a new key, once.

export const shownOnceTexts = {
  adminNext:
    'It manages this Keyhatch and opens no models. Keep it where you keep passwords, never in a program that chats.',
  ready: (name: string) => `“${name}” is ready`,
  once: 'Shown this once. Keyhatch keeps just enough to recognise it.',
  key: 'key',
  yourKey: 'Your new key',
  copyAs: 'Copy as',
  linesFor: (variable: string) => `lines with ${variable}`,
  copiedLines: (variable: string) => `${variable} copied`,
  clears: (seconds: string) => `leaves the clipboard in ${seconds}`,
  clients: 'Programs',
  more: 'More…',
  stored: 'I have stored it',
  notCopied: 'It was never copied',
  notCopiedHint: 'Nobody can show this key again. Copy it first, or close without it and make another one later.',
  closeWithout: 'Close without it',
  keepOpen: 'Keep it open',
} as const;

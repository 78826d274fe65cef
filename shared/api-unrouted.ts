// The calls of the contract that have no route in the admin API (api-routes.ts), so that leaving one out is a decision.

/** The calls that no program makes over HTTP, and why. A test holds that every call stands in one of the two lists. */
export const notForPrograms: Readonly<Record<string, string>> = {
  'api.document': 'programs read it at /api/v1/openapi.json',
  'changes.watch': 'an event stream for the pages; programs ask again',
  'audit.export': 'comes in pieces, for a file: keyhatch audit export',
  'usage.export': 'comes in pieces, for a file: keyhatch usage --csv',
  'requests.export': 'comes in pieces, for a file: keyhatch requests --csv',
  'me.get': 'about the person who asks; a program is none',
  'me.rename': 'about the person who asks; a program is none',
  'me.setPassword': 'about the person who asks; a program is none',
  'me.beginTotp': 'about the person who asks; a program is none',
  'me.confirmTotp': 'about the person who asks; a program is none',
  'me.removeTotp': 'about the person who asks; a program is none',
  'me.newRecoveryCodes': 'about the person who asks; a program is none',
  'sessions.list': 'about the person who asks; a program is none',
  'sessions.end': 'about the person who asks; a program is none',
  'sessions.endOthers': 'about the person who asks; a program is none',
  'backup.create': 'holds what keys are checked with, and takes the owner in person',
  'backup.restore': 'replaces everything, and takes the owner in person',
  'dashboard.link': 'opens the dashboard, for whoever sits at the machine',
  'desktop.get': 'of the desktop app alone',
  'desktop.copySecret': 'of the desktop app alone',
  'desktop.installCommandLine': 'of the desktop app alone',
  'desktop.checkForUpdates': 'of the desktop app alone',
  'desktop.restartToUpdate': 'of the desktop app alone',
};

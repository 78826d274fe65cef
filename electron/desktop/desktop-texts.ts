// What the desktop app says outside its window: tray, menus, dialogs, notices. In one place, so that it can be translated.
// Words only; who says them when is decided elsewhere.

import type { Reminder } from '../../shared/model.ts';

const number = (count: number) => count.toLocaleString();
const counted = (count: number, one: string, many: string) => `${number(count)} ${count === 1 ? one : many}`;
const requests = (count: number) => counted(count, 'request', 'requests');

export const trayTexts = {
  start: 'Start server',
  starting: 'Starting…',
  stop: (running: number) => (running === 0 ? 'Stop server' : `Stop (${number(running)} running)`),
  stopping: (running: number) => (running === 0 ? 'Stopping…' : `Stopping… (${number(running)} running)`),
  newKey: 'New key…',
  copyEndpoint: 'Copy endpoint for',
  lan: 'Serve on local network',
  requireKey: 'Require API key',
  bypass: 'Allow this computer without a key',
  noActivity: 'No requests yet',
  somebody: 'without a key',
  noModel: 'no model',
  open: 'Open Keyhatch',
  settings: 'Settings…',
  quit: 'Quit',
  stateOf: {
    stopped: 'stopped',
    starting: 'starting',
    stopping: 'stopping',
    failed: 'could not start',
  },
  nowhere: 'running, with its networks away',
  runningOn: (url: string) => `running on ${url}`,
  capturing: (count: number) => `capturing ${counted(count, 'key', 'keys')}`,
  capturingKey: (name: string, until: string) => `Capturing ${name} until ${until}`,
  noUpstream: 'no model server answers',
  vaultLocked: 'keys are locked away',
  keys: (count: number) => counted(count, 'key', 'keys'),
  requestsToday: (count: number) => `${requests(count)} today`,
} as const;

export const dialogTexts = {
  cannotStart: 'Keyhatch could not start',
  cannotServe: 'The server could not start',
  didNotWork: 'That did not work',
  seeLog: 'Its log on the terminal has the details.',
  ok: 'OK',
  cancel: 'Cancel',
  confirm: { 'access.requireKey': 'Let everyone in without a key?', other: 'Are you sure?' },
  confirmButton: { 'access.requireKey': 'Turn keys off', other: 'Do it' },
  drain: {
    message: (running: number) => `Waiting for ${requests(running)}…`,
    detail: 'Keyhatch quits when their answers are complete, at the latest after 15 seconds.',
    now: 'Quit now',
    wait: 'Keep waiting',
  },
  closeWithoutTray: {
    message: 'Keep Keyhatch running without its window?',
    detail: 'This desktop shows no tray icons. Open Keyhatch again to get its window back.',
    keep: 'Keep running',
    quit: 'Quit',
  },
  crashed: {
    message: 'The window keeps failing',
    detail:
      'It was closed. The server goes on; open the window again from the tray, or by starting Keyhatch once more.',
  },
} as const;

export const noticeTexts = {
  stillRunning: {
    title: 'Keyhatch is still running',
    body: 'The server goes on without its window. Open or quit it from the tray icon.',
  },
  serverFailed: (reason: string | null) => ({
    title: 'The server has stopped',
    body: reason ?? 'It stopped by itself. Open Keyhatch to start it again.',
  }),
  keyRefused: (name: string, count: number) => ({
    title: `“${name}” is being refused`,
    body: `${requests(count)} with this key were refused in 5 minutes. Open the key to see why.`,
  }),
  budgetWarned: (name: string, share: number) => ({
    title: `“${name}” has used ${share} % of a budget`,
    body: 'It is refused once all of it is used. Open the key to see which one, or to give it more.',
  }),
  budgetSpent: (name: string) => ({
    title: `“${name}” has used up a budget`,
    body: 'It is refused until the budget begins anew. Open the key to see when, or to give it more.',
  }),
  projectWarned: (name: string, share: number) => ({
    title: `The project “${name}” has used ${share} % of a budget`,
    body: 'All its keys are refused once all of it is used. Give it more, or wait until it begins anew.',
  }),
  projectSpent: (name: string) => ({
    title: `The project “${name}” has used up a budget`,
    body: 'All its keys are refused until the budget begins anew. Give it more if they should go on.',
  }),
  reminder: ({ kind, keyName }: Reminder) => {
    if (kind === 'rotation_due')
      return {
        title: `“${keyName}” should have a new secret`,
        body: 'Rotate it; the old secret works on for a while.',
      };
    const when = kind === 'key_expires_in_1_day' ? 'within a day' : 'within a week';
    return { title: `“${keyName}” ends ${when}`, body: 'Open the key to extend it, or let it end.' };
  },
  exposed: (says: string) => ({ title: 'Something is more open than before', body: says }),
  updateReady: (version: string | null) => ({
    title: 'An update is ready',
    body: `Keyhatch${version === null ? '' : ` ${version}`} is installed when you quit. Open Settings to restart now.`,
  }),
} as const;

export const menuTexts = {
  about: 'About Keyhatch',
  settings: 'Settings…',
  newKey: 'New key…',
  file: 'File',
  help: 'Help',
  closeWindow: 'Close window',
  quit: 'Quit Keyhatch',
  tagline: 'Puts a key in front of your local models.',
} as const;

export const commandLineTexts = {
  foreign: (path: string) => `${path} is another program; move it away first`,
  cannotWrite: (path: string, reason: string) => `${path} could not be written: ${reason}`,
} as const;

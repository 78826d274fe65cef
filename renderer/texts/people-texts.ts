// The pages People and Person, and their dialogs.

import { shellTexts } from './shell-texts.ts';

const { roles } = shellTexts;
const days = (count: number) => (count === 1 ? '1 day' : `${count} days`);

const namedMost = 5;

function keysNamed(keys: readonly string[]): string {
  if (keys.length === 1) return `Their key “${keys[0]}” is revoked: the program that uses it stops working.`;
  const more = keys.length > namedMost ? ' and others' : '';
  const names = keys.slice(0, namedMost).map((name) => `“${name}”`);
  return `Their ${keys.length} keys are revoked: programs that use ${names.join(', ')}${more} stop working.`;
}

export const peopleTexts = {
  title: shellTexts.people,
  about: 'Whom you let in, and what they may do here. Each signs in to the dashboard with a password of their own.',
  invite: 'Invite…',
  empty: 'Nobody but you yet',
  emptyHint:
    'Invite somebody: they choose a name and a password, and get keys of their own within the limits that you give.',
  columns: {
    name: 'Name',
    role: 'Role',
    keys: 'Keys',
    lastSeen: 'Last seen',
    totp: 'Authenticator',
    actions: 'Actions',
  },
  you: 'you',
  paused: 'paused',
  noPassword: 'no password',
  totpOn: 'on',
  totpOff: 'off',
  actionsFor: (name: string) => `Actions for ${name}`,
  roles,
  menu: {
    role: 'Change role…',
    limits: 'Change limits…',
    rename: 'Rename…',
    pause: 'Pause',
    resume: 'Resume',
    reset: 'Reset password…',
    remove: 'Remove…',
  },
  pauseTitle: (name: string) => `Pause ${name}?`,
  pauseAsk: 'Their sessions end, and their keys and tokens are refused at once, until you resume them.',
  pauseAct: 'Pause',
  resetTitle: (name: string) => `Reset the password of ${name}?`,
  resetAsk:
    'Their sessions end at once, and their password and authenticator stop working. You get a link with which they choose new ones. Their keys go on working.',
  resetAct: 'Reset it',
  removeTitle: (name: string) => `Remove ${name}?`,
  removeAsk: (keys: readonly string[]) =>
    `Their sessions end at once.${keys.length === 0 ? '' : ` ${keysNamed(keys)}`} What they used stays in every sum. This cannot be undone.`,
  removeAct: 'Remove',
  roleDialog: {
    title: (name: string) => `Role of ${name}`,
    about: 'A new role ends their sessions; they sign in again.',
    keysStop: 'A viewer has no keys: those that they have stop working at once.',
    act: 'Save',
  },
  renameDialog: { title: (name: string) => `Rename ${name}`, about: 'They sign in with the new name from now on.' },
  limitsDialog: {
    title: (name: string) => `Limits of ${name}`,
    about: 'These are the ceiling of all their keys and tokens. Keys that have more are held to it at once.',
    act: 'Save',
  },
  limits: {
    keys: 'How many keys',
    expires: 'Longest life of a key, in days',
    expiresNone: 'no end',
    group: 'Limits',
  },
  limitWords: {
    keys: (count: number) => (count === 0 ? 'no keys' : count === 1 ? 'one key' : `up to ${count} keys`),
    models: (models: string) => `models ${models}`,
    allModels: 'every model',
    rpm: (count: string) => `${count} requests a minute each`,
    rph: (count: string) => `${count} requests an hour each`,
    tpm: (count: string) => `${count} tokens a minute each`,
    parallel: (count: string) => `${count} at once each`,
    budgets: (count: number) => (count === 1 ? 'one budget over all of them' : `${count} budgets over all of them`),
    expires: (count: number) => `each for ${days(count)} at most`,
  },
  inviteDialog: {
    title: 'Invite somebody',
    role: 'Role',
    name: 'Name',
    nameHint: 'A proposal; they may choose another. Leave it empty to let them decide.',
    ends: 'The link works for',
    lengths: { hour: 'an hour', day: 'a day', three: '3 days', week: 'a week' },
    reach: (url: string) =>
      `Others open the dashboard at ${url}. Their browser warns once, until they trust your authority: Settings, Encryption.`,
    reachHere:
      'Others cannot reach the dashboard yet: only this computer can. Add an address of your network to Settings, Dashboard addresses; it is then reached by HTTPS.',
    toSettings: 'Open Settings',
    askOwner: 'Ask the owner to do that.',
    act: 'Make the link',
  },
  link: {
    title: 'The invite is ready',
    resetTitle: 'The link is ready',
    about:
      'Hand this link to the person it is for, by a way that only they read. It works once, and is shown this once.',
    ends: (when: string) => `It stops working ${when}.`,
    what: 'invite link',
    qr: 'QR code of the link',
    here: 'Its address is reached on this computer alone. From elsewhere it opens once an address of your network stands in Settings, Dashboard addresses; then make the link anew.',
    noDashboard:
      'The dashboard is switched off, so that nobody could open the link. Switch it on in Settings, then make it anew.',
    done: 'I have passed it on',
  },
  invites: {
    title: 'Invites that wait',
    resetFor: (name: string) => `New password for ${name}`,
    someone: 'Somebody',
    ends: 'ends',
    cancel: 'Take back',
    cancelThat: (name: string) => `Take back the invite for ${name}`,
  },
  person: {
    back: 'People',
    facts: 'Facts',
    role: 'Role',
    joined: 'Joined',
    lastSeen: 'Last seen',
    password: 'Password',
    passwordNone: 'none',
    authenticator: 'Authenticator',
    limits: 'May have',
    keys: 'Keys',
    noKeys: 'No keys yet',
    noKeysHint: 'Keys that they make show here.',
    sessions: 'Where they are signed in',
    usage: 'Usage',
    notFound: 'Person',
    notFoundHere: 'There is no such person',
    notFoundHint: 'They may have been removed, or the link was cut short.',
  },
  settings: {
    title: 'Rules of signing in',
    nobody: 'Nobody',
    idle: 'A session ends unused after',
    idleSentence: 'Days without use.',
    most: 'A session ends at the latest after',
    mostSentence: 'Days, used or not.',
    totp: 'Authenticator required of',
    totpSentence: 'People of these roles set one up before anything else opens.',
  },
} as const;

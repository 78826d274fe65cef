// How people, invitations and sessions look on a terminal.

import type { InviteFacts, PersonFacts, SessionFacts } from '../../../shared/people-model.ts';
import { type Output, visible } from '../output.ts';
import { textPairs, textTable } from '../text-table.ts';
import { budgetText } from './limit-text.ts';

export function peopleTable(people: readonly PersonFacts[], { paint, when }: Output): string {
  if (people.length === 0)
    return 'Nobody has an account yet. Make yours with the link of: keyhatch dashboard link; then invite others: keyhatch people invite';
  return textTable<PersonFacts>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'ROLE', cell: ({ role }) => role },
      { title: 'STATUS', cell: ({ status }) => status },
      { title: 'KEYS', cell: ({ keys }) => String(keys), align: 'right' },
      { title: 'AUTHENTICATOR', cell: ({ totp }) => (totp ? 'yes' : 'no') },
      { title: 'LAST SEEN', cell: ({ lastSeenAt }) => when(lastSeenAt, 'never') },
    ],
    people,
    (text) => paint('dim', text),
  );
}

export function personDetails(person: PersonFacts, { paint, when }: Output): string {
  const { limits } = person;
  const number = (value: number | null, of: string) => (value === null ? `any number of ${of}` : `${value} ${of}`);
  const pairs: (readonly [string, string])[] = [
    ['Id', person.id],
    ['Role', person.role],
    ['Status', person.status],
    ['Joined', when(person.createdAt, '–')],
    ['Last seen', when(person.lastSeenAt, 'never')],
    ['Password', person.passwordSetAt === null ? 'none' : `set ${when(person.passwordSetAt, '')}`],
    ['Authenticator', person.totp ? 'set up' : 'none'],
    ['Keys', `${person.keys} of ${limits.keys}`],
    ['Models', limits.models?.join(', ') ?? 'all'],
    ['Rights', limits.operations.join(', ') || 'none'],
    ['Each key', `${number(limits.rpm, 'requests a minute')}, ${limits.parallel ?? 'any number'} at once`],
    ['', `${number(limits.rph, 'requests an hour')}, ${number(limits.tpm, 'tokens a minute')}`],
    ['Keys end', limits.expiresDays === null ? 'as they are made' : `after ${limits.expiresDays} days`],
    ['Budgets', limits.budgets.map(budgetText).join(', ') || '–'],
  ];
  return `${paint('bold', visible(person.name))}\n${textPairs(pairs.map(([name, value]) => [name, visible(value)]))}`;
}

export function invitesTable(invites: readonly InviteFacts[], { paint, when }: Output): string {
  if (invites.length === 0) return 'No invitation waits for anybody.';
  return textTable<InviteFacts>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'FOR', cell: ({ name }) => name ?? '–' },
      { title: 'WHAT', cell: ({ kind, role }) => (kind === 'reset' ? 'a new password' : role) },
      { title: 'ENDS', cell: ({ expiresAt }) => when(expiresAt, '–') },
    ],
    invites,
    (text) => paint('dim', text),
  );
}

export function sessionsTable(sessions: readonly SessionFacts[], { paint, when }: Output): string {
  if (sessions.length === 0) return 'Nobody is signed in.';
  return textTable<SessionFacts>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'WHO', cell: ({ personName }) => personName ?? 'the owner, by a link' },
      { title: 'DEVICE', cell: ({ device }) => device },
      { title: 'ADDRESS', cell: ({ address }) => address },
      { title: 'SIGNED IN', cell: ({ beganAt }) => when(beganAt, '–') },
      { title: 'LAST USED', cell: ({ lastUsedAt }) => when(lastUsedAt, '–') },
    ],
    sessions,
    (text) => paint('dim', text),
  );
}

/** `"Anna" (aNnAaNnA)`, as sentences name a person. */
export function personTitle({ id, name }: PersonFacts): string {
  return `"${visible(name)}" (${id})`;
}

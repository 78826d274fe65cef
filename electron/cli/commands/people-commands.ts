// `keyhatch people …`: who shares this Keyhatch, what they may have, and their sessions. A link that lets somebody in is the
// answer, alone on stdout, so that it can be handed on; it is shown to whoever asked and kept nowhere.

import { type MadeInvite, type MemberLimitsPatch, type PersonFacts, roles } from '../../../shared/people-model.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord, type Session } from '../command.ts';
import { parseChoice, parseDuration, parseList, parseWhole } from '../flag-values.ts';
import type { Flags } from '../flags.ts';
import { parseBudgets } from './limit-flags.ts';
import { invitesTable, peopleTable, personDetails, personTitle, sessionsTable } from './person-text.ts';
import { parseOperations } from './policy-flags.ts';

const personWord = ['ID|NAME'];

const limitFlags = {
  keys: { value: 'N', about: 'How many keys they may have at one time.' },
  models: { value: 'a,b', about: 'Models that their keys may use; all lifts it. * stands for anything.' },
  operations: {
    value: 'a,b',
    about: 'What their keys may do: inference, read-only, or rights such as chat,embeddings.',
  },
  rpm: { value: 'N', about: 'Requests a minute of each key; none lifts the limit.' },
  rph: { value: 'N', about: 'Requests an hour of each key; none lifts the limit.' },
  tpm: { value: 'N', about: 'Tokens a minute of each key; none lifts the limit.' },
  parallel: { value: 'N', about: 'Requests at once of each key; none lifts the limit.' },
  budget: {
    value: 'B',
    many: true,
    about: 'What all their keys may use together, such as day:100000tokens or month:5EUR; none takes them away.',
  },
  'key-days': { value: 'N', about: 'Days that a key of theirs may live; none for any time.' },
} as const;
const roleFlag = { role: { value: 'R', about: `What they are: ${roles.join(', ')}.` } } as const;

/** Undefined where none of them was given. @throws UsageError */
function parseMemberLimits(flags: Flags<keyof typeof limitFlags>): MemberLimitsPatch | undefined {
  const whole = (flag: keyof typeof limitFlags, min: number, max: number) => {
    const text = flags.text(flag);
    return text === undefined ? undefined : text === 'none' ? null : parseWhole(`--${flag}`, text, min, max);
  };
  const [keys, models, rights, budgets] = [
    flags.text('keys'),
    flags.text('models'),
    flags.text('operations'),
    flags.all('budget'),
  ];
  const patch: MemberLimitsPatch = {
    keys: keys === undefined ? undefined : parseWhole('--keys', keys, 0, 1000),
    models: models === undefined ? undefined : models === 'all' ? null : parseList(models),
    operations: rights === undefined ? undefined : parseOperations(rights),
    rpm: whole('rpm', 0, 1_000_000),
    rph: whole('rph', 0, 1_000_000_000),
    tpm: whole('tpm', 0, 1_000_000_000),
    parallel: whole('parallel', 1, 100_000),
    budgets: budgets.length === 0 ? undefined : parseBudgets(budgets),
    expiresDays: whole('key-days', 1, 3650),
  };
  return Object.values(patch).every((value) => value === undefined) ? undefined : patch;
}

const list = defineCommand({
  name: 'people list',
  words: [],
  about: 'Everybody who shares this Keyhatch.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const people = await client.people.list();
      out.answer(people, () => peopleTable(people, out));
    },
});

const show = defineCommand({
  name: 'people show',
  words: personWord,
  about: 'Everything about one person.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const person = await client.people.get({ ref: onlyWord(invocation) });
      out.answer(person, () => personDetails(person, out));
    },
});

const invite = defineCommand({
  name: 'people invite',
  words: [],
  about: 'A link with which one person makes an account, once. No e-mail is sent: hand it on yourself.',
  flags: {
    ...roleFlag,
    name: { value: 'NAME', about: 'For whom it is; they may choose another name.' },
    expires: { value: '3d', about: 'How long the link works.' },
    ...limitFlags,
  },
  prepare({ flags }) {
    const [role, expires] = [flags.text('role'), flags.text('expires')];
    const input = {
      role: role === undefined ? undefined : parseChoice('--role', role, roles),
      name: flags.text('name'),
      expiresInMs: expires === undefined ? undefined : parseDuration('--expires', expires),
      limits: parseMemberLimits(flags),
    };
    return async (session) => answerLink(session, await session.client.people.invite(input));
  },
});

const edit = defineCommand({
  name: 'people edit',
  words: personWord,
  about: 'Change name, role or what they may have. A new role ends their sessions.',
  flags: { name: { value: 'NAME', about: 'A new name.' }, ...roleFlag, ...limitFlags },
  prepare(invocation) {
    const { flags } = invocation;
    const [name, text, limits] = [flags.text('name'), flags.text('role'), parseMemberLimits(flags)];
    const role = text === undefined ? undefined : parseChoice('--role', text, roles);
    if (name === undefined && role === undefined && limits === undefined)
      throw new UsageError('Say what to change, for instance --role viewer.');
    return async ({ client, out }) => {
      const person = await client.people.edit({ ref: onlyWord(invocation), name, role, limits });
      out.answer(person, () => personDetails(person, out));
    };
  },
});

const invites = defineCommand({
  name: 'people invites',
  words: [],
  about: 'Invitations that still wait for somebody.',
  flags: { cancel: { value: 'ID', about: 'Takes this one back.' } },
  prepare({ flags }) {
    const id = flags.text('cancel');
    return async ({ client, out }) => {
      const waiting = id === undefined ? await client.people.invites() : await client.people.cancelInvite({ id });
      out.answer(waiting, () => invitesTable(waiting, out));
    };
  },
});

const resetPassword = defineCommand({
  name: 'people reset-password',
  words: personWord,
  about: 'Take password and authenticator away, end their sessions, and make a link to choose new ones, once.',
  flags: { yes: { short: 'y', about: 'Do not ask.' } },
  prepare: (invocation) => async (session) => {
    const { client, input, out } = session;
    const ref = onlyWord(invocation);
    if (!invocation.flags.on('yes')) {
      const person = personTitle(await client.people.get({ ref }));
      await input.confirm(
        `The password and the authenticator of ${person} are then gone, and every session and token ends. Go on?`,
      );
    }
    answerLink(session, await client.people.resetPassword({ ref }));
    if (!out.json) out.note('The old password and the authenticator are gone, and every session and token has ended.');
  },
});

const sessions = defineCommand({
  name: 'people sessions',
  words: [],
  about: 'Who is signed in to the dashboard, with which device.',
  flags: {
    of: { value: 'NAME', about: 'Of this person alone.' },
    end: { value: 'ID', about: 'Ends this session at once.' },
  },
  prepare({ flags }) {
    const [of, end] = [flags.text('of'), flags.text('end')];
    return async ({ client, out }) => {
      const personId = of === undefined ? undefined : (await client.people.get({ ref: of })).id;
      const all = end === undefined ? await client.sessions.list() : await client.sessions.end({ id: end });
      const shown = all.filter((one) => personId === undefined || one.personId === personId);
      out.answer(shown, () => sessionsTable(shown, out));
    };
  },
});

type PersonCall = (client: ContractClient, ref: string) => Promise<PersonFacts>;

function personAction(name: string, about: string, done: string, call: PersonCall): Command {
  return defineCommand({
    name: `people ${name}`,
    words: personWord,
    about,
    flags: {},
    prepare:
      (invocation) =>
      async ({ client, out }) => {
        const person = await call(client, onlyWord(invocation));
        out.answer(person, () => `${personTitle(person)} ${done}.`);
      },
  });
}

function answerLink({ out }: Session, made: MadeInvite): void {
  out.answer(made, () => made.url);
  if (out.json) return;
  const who = made.kind === 'reset' ? `"${made.name}" chooses a new password with it` : `It makes one ${made.role}`;
  out.note(`${who}, once; it ends ${out.when(made.expiresAt, '')} and is not shown again.`);
}

export const peopleCommands: readonly Command[] = [
  list,
  show,
  invite,
  invites,
  edit,
  personAction(
    'pause',
    'Refuse all their keys, end what those are running, and sign them out.',
    'is paused: signed out, and all keys are refused',
    (client, ref) => client.people.edit({ ref, status: 'paused' }),
  ),
  personAction('resume', 'Let them and their keys in again.', 'may sign in again, and the keys work', (client, ref) =>
    client.people.edit({ ref, status: 'active' }),
  ),
  personAction(
    'remove',
    'Remove them and revoke all their keys; what they used stays in every sum.',
    'is removed, and all keys are revoked',
    (client, ref) => client.people.remove({ ref }),
  ),
  resetPassword,
  sessions,
];

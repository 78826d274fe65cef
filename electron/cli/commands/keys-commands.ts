// `keyhatch keys …`: make, look at, change and end keys. A secret is printed by create and rotate, and nowhere else.

import { addressesAt } from '../../../shared/gateway-addresses.ts';
import type { CreatedKey, KeyFacts } from '../../../shared/model.ts';
import { isForOthers } from '../../../shared/ways-model.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord, type Session } from '../command.ts';
import { parseDuration } from '../flag-values.ts';
import { type GatewayAddresses, gatewayAddresses } from './gateway-url.ts';
import { fieldFlags, parseKeyFields } from './key-fields.ts';
import { refuseToMakeInVain, whyUnusable } from './key-outlook.ts';
import { keyDetails, keyTable, keyTitle, newSecretText } from './key-text.ts';

const keyWord = ['ID|NAME'];
const yesFlag = { yes: { short: 'y', about: 'Do not ask.' } } as const;

const create = defineCommand({
  name: 'keys create',
  words: [],
  about: 'Make a key. It is shown once.',
  flags: {
    name: { value: 'NAME', about: 'What it is for, such as laptop.' },
    person: { value: 'P', about: 'The person whose key it is, by name or id; the house’s own unless told.' },
    ...fieldFlags,
    admin: { about: 'Make an admin key: it manages Keyhatch, opens no models, and ends in 30 days unless told.' },
    'value-stdin': { about: 'Read a value of your own from stdin instead of making one.' },
  },
  prepare({ flags, now }) {
    const name = flags.text('name');
    if (name === undefined) throw new UsageError('A key needs a name: --name NAME.');
    const fields = parseKeyFields(flags, now);
    if (flags.on('admin') && fields.expiresAt === null)
      throw new UsageError('An admin key always has an end: --expires 30d.');
    return async (session) => {
      await refuseToMakeInVain(session.client);
      const value = flags.on('value-stdin') ? await session.input.secret('the value of the key') : undefined;
      const addresses = await gatewayAddresses(session.client);
      const created = await session.client.keys.create({
        name,
        person: flags.text('person'),
        ...(flags.on('admin') ? { kind: 'admin' as const } : {}),
        ...fields,
        value,
      });
      showSecret(session, created, addresses, `Made the key ${keyTitle(created.facts)}.`);
    };
  },
});

const list = defineCommand({
  name: 'keys list',
  words: [],
  about: 'All keys with their status and limits.',
  flags: { person: { value: 'P', about: 'Only those of one person, by name or id; none: those of nobody.' } },
  prepare:
    ({ flags }) =>
    async ({ client, out }) => {
      const keys = await keysOf(client, flags.text('person'));
      out.answer(keys, () => keyTable(keys, out, flags.text('person')));
      const unusable = keys.filter((key) => !key.usable && key.status !== 'revoked');
      if (unusable.length === 0 || out.json) return;
      const which = unusable.length === 1 ? 'One key is unusable' : `${unusable.length} keys are unusable`;
      out.note(`${which}: ${await whyUnusable(client)}`);
    },
});

const show = defineCommand({
  name: 'keys show',
  words: keyWord,
  about: 'Everything about one key, but its secret.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const key = await client.keys.get({ ref: onlyWord(invocation) });
      const unusable = key.usable ? undefined : await whyUnusable(client);
      out.answer(key, () => keyDetails(key, out, unusable));
    },
});

const edit = defineCommand({
  name: 'keys edit',
  words: keyWord,
  about: 'Change name, project, expiry, limits, rights or models.',
  flags: {
    name: { value: 'NAME', about: 'A new name.' },
    ...fieldFlags,
    project: { value: 'P', about: 'The project it moves to, by name or id; none takes it out.' },
  },
  prepare(invocation) {
    const { flags, now } = invocation;
    const fields = parseKeyFields(flags, now);
    const change = {
      ...fields,
      name: flags.text('name'),
      project: fields.project === 'none' ? null : fields.project,
    };
    if (Object.values(change).every((value) => value === undefined)) {
      throw new UsageError('Say what to change, for instance --expires 30d or --rpm 120.');
    }
    return async ({ client, out }) => {
      const key = await client.keys.edit({ ref: onlyWord(invocation), ...change });
      out.answer(key, () => keyDetails(key, out));
    };
  },
});

const rotate = defineCommand({
  name: 'keys rotate',
  words: keyWord,
  about: 'Give a key a new secret; the old one works on for a while.',
  flags: { grace: { value: '24h', about: 'How long the old secret still works; none ends it now. 24h unless told.' } },
  prepare(invocation) {
    const text = invocation.flags.text('grace');
    const graceMs = text === undefined ? undefined : text === 'none' ? 0 : parseDuration('--grace', text);
    return async (session) => {
      await refuseToMakeInVain(session.client);
      const addresses = await gatewayAddresses(session.client);
      const created = await session.client.keys.rotate({ ref: onlyWord(invocation), graceMs });
      const { oldSecretUntil } = created.facts;
      const old =
        oldSecretUntil === null
          ? 'The old secret has ended.'
          : `The old one ends ${session.out.when(oldSecretUntil, '')}.`;
      showSecret(session, created, addresses, `The key ${keyTitle(created.facts)} has a new secret. ${old}`);
    };
  },
});

const resetCounters = defineCommand({
  name: 'keys reset-counters',
  words: keyWord,
  about: 'Let the totals of a key count anew; what it used stays in every other sum.',
  flags: yesFlag,
  prepare:
    (invocation) =>
    async ({ client, out, input }) => {
      const found = await client.keys.get({ ref: onlyWord(invocation) });
      if (!invocation.flags.on('yes'))
        await input.confirm(`The totals of ${keyTitle(found)} will count from now on. This cannot be undone. Go on?`);
      const key = await client.keys.resetCounters({ ref: found.id });
      out.answer(key, () => `The totals of the key ${keyTitle(key)} count from now on.`);
    },
});

/** @throws KeyhatchError `person_not_found` where there is neither such a person nor a key of one who was removed */
async function keysOf(client: ContractClient, person: string | undefined): Promise<KeyFacts[]> {
  const keys = await client.keys.list();
  if (person === undefined) return keys;
  if (person === 'none') return keys.filter(({ personId }) => personId === null);
  const byId = keys.filter(({ personId }) => personId === person);
  if (byId.length > 0) return byId;
  const folded = person.toLowerCase();
  const byName = keys.filter((key) => key.person?.toLowerCase() === folded);
  if (byName.length === 0) await client.people.get({ ref: person });
  return byName;
}

type KeyCall = (client: ContractClient, ref: string) => Promise<KeyFacts>;

/** A command that does one thing to one key and says so. */
function keyAction(name: string, about: string, done: string, call: KeyCall): Command {
  return defineCommand({
    name: `keys ${name}`,
    words: keyWord,
    about,
    flags: {},
    prepare:
      (invocation) =>
      async ({ client, out }) => {
        const key = await call(client, onlyWord(invocation));
        out.answer(key, () => `The key ${keyTitle(key)} ${done}.`);
      },
  });
}

/** The same for what cannot be undone: asks first when somebody is at the terminal. */
function finalKeyAction(name: string, about: string, done: string, consequence: string, call: KeyCall): Command {
  return defineCommand({
    name: `keys ${name}`,
    words: keyWord,
    about,
    flags: yesFlag,
    prepare:
      (invocation) =>
      async ({ client, out, input }) => {
        const ref = onlyWord(invocation);
        const { id, ...found } = await client.keys.get({ ref });
        if (name === 'revoke' && found.revokedAt !== null) {
          out.answer({ id, ...found }, () => `The key ${keyTitle({ id, ...found })} is revoked already.`);
          return;
        }
        if (!invocation.flags.on('yes'))
          await input.confirm(`${consequence} Go on with ${keyTitle({ id, ...found })}?`);
        // By id: another key may have taken the name while the question stood.
        const key = await call(client, id);
        out.answer(key, () => `The key ${keyTitle(key)} ${done}.`);
      },
  });
}

function showSecret({ out, platform }: Session, created: CreatedKey, addresses: GatewayAddresses, headline: string) {
  const { id, ...facts } = created.facts;
  // Admin keys are shown to the dashboard, never to the gateway; and some keys are for this computer alone.
  const { kind, policy } = created.facts;
  const here = kind === 'admin' ? undefined : addresses.here;
  const others = kind === 'admin' || !isForOthers(policy.networks ?? ['anywhere']) ? [] : addresses.others;
  const value = {
    id,
    key: created.key,
    baseUrl: here ?? null,
    baseUrlsForOthers: others.flatMap(addressesAt),
    ...facts,
  };
  out.answer(value, () => newSecretText(created, { headline, here, others, windows: platform === 'win32' }));
}

export const keysCommands: readonly Command[] = [
  create,
  list,
  show,
  edit,
  keyAction('pause', 'Refuse a key until it is resumed.', 'is paused', (client, ref) => client.keys.pause({ ref })),
  keyAction('resume', 'Let a paused key in again.', 'is active again', (client, ref) => client.keys.resume({ ref })),
  finalKeyAction(
    'revoke',
    'End a key for good; it stays in the list.',
    'is revoked',
    'A revoked key never works again, and what it is running now is ended.',
    (client, ref) => client.keys.revoke({ ref }),
  ),
  finalKeyAction(
    'delete',
    'End a key for good and take it off the list.',
    'is deleted',
    'A deleted key never works again, and what it is running now is ended.',
    (client, ref) => client.keys.delete({ ref }),
  ),
  rotate,
  resetCounters,
  keyAction(
    'end-old-secret',
    'End the secret before the last rotation now.',
    'has one secret: the old one has ended',
    (client, ref) => client.keys.endOldSecret({ ref }),
  ),
  keyAction(
    'accept-weak',
    'Let an imported key with a short value be used from other machines too.',
    'may be used from everywhere now, in spite of its short value',
    (client, ref) => client.keys.acceptWeak({ ref }),
  ),
];

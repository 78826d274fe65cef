// `keyhatch ways …`: for clients that cannot send a key. Each opening says what it lets in; a path token is printed once, by
// the command that makes it, and nowhere else.

import { networksText } from '../../../shared/network-words.ts';
import {
  isForOthers,
  type KeptWay,
  longestPathTokenDays,
  unsuitableForRule,
  type WayFacts,
} from '../../../shared/ways-model.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseList, parseWhole } from '../flag-values.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';
import { gatewayAddresses } from './gateway-url.ts';

const keyFlag = { key: { value: 'ID|NAME', about: 'The key as which they count, with its limits.' } } as const;

function keyOf(flags: { readonly text: (name: 'key') => string | undefined }): string {
  const key = flags.text('key');
  if (key === undefined) throw new UsageError('Say as which key they count: --key NAME.');
  return key;
}

const list = defineCommand({
  name: 'ways list',
  words: [],
  about: 'Ways in without a key: address rules, the second port, path tokens.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const ways = await client.ways.list();
      out.answer(ways, () => waysText(ways, out));
    },
});

const addRule = defineCommand({
  name: 'ways add-rule',
  words: ['ADDRESS|BLOCK'],
  about: 'Count a machine of your network as a key, without it being sent: 192.168.1.20, or up to /24 and /64.',
  flags: keyFlag,
  prepare(invocation) {
    const [key, cidr] = [keyOf(invocation.flags), onlyWord(invocation)];
    const reason = unsuitableForRule(cidr);
    if (reason !== undefined) throw new UsageError(`${reason}.`);
    return async ({ client, out }) => {
      const way = await client.ways.addRule({ key, cidr });
      out.answer(
        way,
        () => `Programs at ${cidr} now come in as the key ${named(way)}, and whoever takes that address.`,
      );
    };
  },
});

const setPort = defineCommand({
  name: 'ways set-port',
  words: ['PORT'],
  about: 'Open a second port where programs count as a key without sending it. Replaces the one before.',
  flags: {
    ...keyFlag,
    hosts: { value: 'ADDR,…', about: 'Addresses to listen on, lan or if:NAME; 127.0.0.1 unless told.' },
    confirm: { about: 'Open it beyond this computer in spite of a warning.' },
  },
  prepare(invocation) {
    const { flags } = invocation;
    const key = keyOf(flags);
    const port = parseWhole('PORT', onlyWord(invocation), 1, 65_535);
    const hosts = flags.text('hosts');
    return async ({ client, out }) => {
      const way = await client.ways.setPort({
        key,
        port,
        ...(hosts === undefined ? {} : { hosts: parseList(hosts) }),
        confirm: flags.on('confirm'),
      });
      out.answer(way, () => `Programs that reach port ${port} now come in as the key ${named(way)}.`);
    };
  },
});

const addPath = defineCommand({
  name: 'ways add-path',
  words: ['NAME'],
  about: 'Make a path token: an address that holds its own secret, for inference and lists alone. It is shown once.',
  flags: {
    ...keyFlag,
    networks: { value: 'NET,…', about: 'Where it may be used from: my-network, this-computer, 192.168.1.0/24.' },
    models: { value: 'M,…', about: 'Models that it may use, of those of its key.' },
    days: { value: '30', about: `How long it lives, ${longestPathTokenDays} days at most. 30 unless told.` },
  },
  prepare(invocation) {
    const { flags } = invocation;
    const key = keyOf(flags);
    const networks = parseList(flags.text('networks') ?? '');
    if (networks.length === 0) throw new UsageError('Say where it may be used from: --networks my-network.');
    const [models, days] = [flags.text('models'), flags.text('days')];
    const input = {
      key,
      networks,
      name: onlyWord(invocation),
      ...(models === undefined ? {} : { models: parseList(models) }),
      ...(days === undefined ? {} : { days: parseWhole('--days', days, 1, longestPathTokenDays) }),
    };
    return async ({ client, out }) => {
      const { here, others } = out.json ? { here: '', others: [] } : await gatewayAddresses(client);
      const baseUrl = (isForOthers(networks) ? others[0]?.url : undefined) ?? here;
      const opened = await client.ways.addPath(input);
      out.answer(opened, () => {
        const { name, expiresAt } = opened.way;
        const address = out.paint('bold', `${baseUrl}${opened.path}/v1`);
        return `Made the path token ${visible(name)}, which ends ${out.when(expiresAt, '–')}. Its base URL is shown once:\n\n  ${address}\n\nWhoever sees this address can use it: programs write addresses down in logs and histories.`;
      });
    };
  },
});

const close = defineCommand({
  name: 'ways close',
  words: ['ID'],
  about: 'Close a way in; what came by it ends at once.',
  flags: {},
  prepare: (invocation) => {
    const id = onlyWord(invocation);
    return async ({ client, out }) => {
      const left = await client.ways.close({ id });
      out.answer(left, () => `Closed.\n${waysText(left, out)}`);
    };
  },
});

export const waysCommands: readonly Command[] = [list, addRule, setPort, addPath, close];

const named = ({ keyName }: WayFacts) => visible(keyName);

function waysText(ways: readonly WayFacts[], { paint, when }: Output): string {
  if (ways.length === 0) return 'Nobody comes in without a key, but where the settings say so.';
  return textTable<WayFacts>(
    [
      { title: 'ID', cell: ({ id }) => id },
      { title: 'KIND', cell: ({ kind }) => kinds[kind] },
      { title: 'FOR', cell: (way) => visible(whatFor(way)) },
      { title: 'AS THE KEY', cell: named },
      { title: 'ENDS', cell: (way) => (way.kind === 'path_token' ? when(way.expiresAt, 'never') : 'never') },
      { title: 'STATUS', cell: ({ problem }) => problem ?? 'open' },
    ],
    ways,
    (text) => paint('dim', text),
  );
}

const kinds: Readonly<Record<KeptWay['kind'], string>> = {
  address_rule: 'address rule',
  second_port: 'second port',
  path_token: 'path token',
};

function whatFor(way: WayFacts): string {
  if (way.kind === 'address_rule') return way.cidr;
  if (way.kind === 'second_port') return way.urls.join(', ') || `port ${way.port}`;
  return `${way.name}, from ${networksText(way.networks)}`;
}

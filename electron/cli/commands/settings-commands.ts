// `keyhatch settings …`: look at settings and change them. Reads a typed value by what its setting takes; whether the
// value may be set is decided by the instance, not here.

import type { SettingView, Status } from '../../../shared/model.ts';
import { settingNames, settingsSchema } from '../../../shared/settings.ts';
import type { ContractClient } from '../../control/control-client.ts';
import { UsageError } from '../cli-errors.ts';
import { type Command, defineCommand, onlyWord } from '../command.ts';
import { parseList } from '../flag-values.ts';
import { type Output, visible } from '../output.ts';
import { textTable } from '../text-table.ts';

type SettingValue = SettingView['value'];

const list = defineCommand({
  name: 'settings list',
  words: [],
  about: 'All settings with their values.',
  flags: {},
  prepare:
    () =>
    async ({ client, out }) => {
      const settings = await client.settings.list();
      out.answer(settings, () => settingTable(settings, out));
    },
});

const get = defineCommand({
  name: 'settings get',
  words: ['NAME'],
  about: 'The value of one setting.',
  flags: {},
  prepare:
    (invocation) =>
    async ({ client, out }) => {
      const setting = await client.settings.get({ name: onlyWord(invocation) });
      out.answer(setting, () => valueText(setting.value));
    },
});

const set = defineCommand({
  name: 'settings set',
  words: ['NAME', 'VALUE'],
  about: 'Change one setting. Lists take commas: a,b.',
  flags: {
    add: { about: 'Add to a list instead of replacing it.' },
    confirm: { about: 'Set it in spite of a warning.' },
  },
  prepare({ flags, words }) {
    const [name = '', text = ''] = words;
    const given = parseSettingValue(name, text);
    return async ({ client, out }) => {
      const value = flags.on('add') ? await added(client, name, given) : given;
      const asks = !out.json && decidesWhoMayEnter(name);
      const before = asks ? await client.status.get() : undefined;
      const setting = await client.settings.set({ name, value, confirm: flags.on('confirm') });
      const now = `${setting.name} is now ${valueText(setting.value)}.`;
      const who = before ? whoMayEnter(before, await client.status.get(), name) : '';
      out.answer(setting, () => now + who);
    };
  },
});

const decidesWhoMayEnter = (name: string) => name === 'server.hosts' || /^(?:access|cors)\./.test(name);

function whoMayEnter(before: Status, { access }: Status, name: string): string {
  // Switched on by the way: whose clients send none are refused from now on.
  const keys = access.requireKey && !before.access.requireKey && name !== 'access.requireKey';
  const sentence = keys
    ? '\nKeys are required from now on, because other devices can reach this computer: access.requireKey is now true. Clients without a key are refused; make one with: keyhatch keys create --name NAME'
    : '';
  return `${sentence}\nWho may come in now: ${visible(access.sentence)}`;
}

async function added(client: ContractClient, name: string, given: SettingValue): Promise<SettingValue> {
  const { value } = await client.settings.get({ name });
  if (!Array.isArray(value) || !Array.isArray(given))
    throw new UsageError(`${name} is not a list, so --add has no meaning.`);
  return [...value, ...given.filter((one) => !value.includes(one))];
}

export const settingsCommands: readonly Command[] = [list, get, set];

/**
 * What the text means for this setting: JSON where it is JSON, yes or no where the setting is a switch, a list with
 * commas where it takes a list, else the text as it is. An upstream's id of digits alone stays a text, because its setting takes no number.
 */
export function parseSettingValue(name: string, text: string): SettingValue {
  const readings: readonly SettingValue[] = [
    ...asJson(text),
    ...asSwitch(text),
    ...(takesList(name) ? [parseList(text)] : []),
    text,
  ];
  const known = settingNames.find((candidate) => candidate === name);
  const schema = known && settingsSchema.shape[known];
  const fitting = schema && readings.find((reading) => schema.safeParse(reading).success);
  if (fitting !== undefined) return fitting;
  // Nothing fits: the instance shall say why, about what was most likely meant.
  return (takesList(name) ? readings.find(Array.isArray) : asJson(text)[0]) ?? text;
}

function asJson(text: string): readonly SettingValue[] {
  try {
    return [JSON.parse(text) as SettingValue];
  } catch {
    return [];
  }
}

// Some settings take the words themselves (`cors.mode off`); which reading fits is for their schema to say.
function asSwitch(text: string): readonly boolean[] {
  if (/^(?:on|yes)$/i.test(text)) return [true];
  return /^(?:off|no)$/i.test(text) ? [false] : [];
}

function takesList(name: string): boolean {
  const defaults: Readonly<Record<string, unknown>> = settingsSchema.parse({});
  return Array.isArray(defaults[name]);
}

function settingTable(settings: readonly SettingView[], { paint }: Output): string {
  return textTable<SettingView>(
    [
      { title: 'NAME', cell: (setting) => setting.name },
      { title: 'VALUE', cell: (setting) => shortText(setting.value) },
      {
        title: 'FROM',
        cell: originText,
        paint: (text, setting) => (setting.setByFlag ? paint('yellow', text) : text),
      },
      { title: 'ABOUT', cell: (setting) => setting.about, paint: (text) => paint('dim', text) },
    ],
    settings,
    (text) => paint('dim', text),
  );
}

function originText(setting: SettingView): string {
  if (setting.setByFlag) return 'set by command line';
  return JSON.stringify(setting.value) === JSON.stringify(setting.default) ? 'default' : 'settings';
}

// A line of a table is no place for a whole price table.
function shortText(value: SettingValue): string {
  const ofObjects = Array.isArray(value) && value.some((part) => typeof part === 'object' && part !== null);
  return ofObjects ? `${value.length} ${value.length === 1 ? 'entry' : 'entries'}` : valueText(value);
}

function valueText(value: SettingValue): string {
  if (typeof value === 'string') return visible(value);
  const plainList = Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string');
  return visible(plainList ? value.join(',') : JSON.stringify(value));
}

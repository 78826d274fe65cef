// How keys look on a terminal: the list, one key in full, and the one time that a secret is shown.

import type { CreatedKey, KeyFacts, KeyStatus, Reachable } from '../../../shared/model.ts';
import { capsText, operationsText, policySentence } from '../../../shared/policy-sentence.ts';
import type { Output, Paint } from '../output.ts';
import { visible } from '../output.ts';
import { textPairs, textTable } from '../text-table.ts';
import { budgetRuleText, budgetText } from './limit-text.ts';

/** @param person whose keys were asked for */
export function keyTable(keys: readonly KeyFacts[], { paint, when }: Output, person?: string): string {
  if (keys.length === 0) return noKeys(person);
  return textTable<KeyFacts>(
    [
      { title: 'ID', cell: (key) => key.id },
      { title: 'NAME', cell: (key) => key.name },
      ...(keys.some(({ person }) => person !== null) ? [personColumn] : []),
      { title: 'PROJECT', cell: (key) => key.project ?? '–' },
      { title: 'STATUS', cell: statusText, paint: (text, key) => paintStatus(paint, key.status, text) },
      { title: 'EXPIRES', cell: (key) => when(key.expiresAt, 'never') },
      { title: 'LAST USED', cell: (key) => when(key.lastUsedAt, 'never') },
      { title: 'LIMITS', cell: shortLimits },
      {
        title: 'MAY',
        cell: (key) => (key.kind === 'admin' ? 'manage Keyhatch' : operationsText(key.policy.operations)),
      },
      { title: 'MODELS', cell: (key) => (key.kind === 'admin' ? '–' : modelsText(key)) },
    ],
    keys,
    (text) => paint('dim', text),
  );
}

function noKeys(person: string | undefined): string {
  const make = 'keyhatch keys create --name NAME';
  if (person === undefined) return `There are no keys yet. Make one: ${make}`;
  if (person === 'none') return `Every key is somebody’s. Make one that is the house’s own: ${make}`;
  return `No key is theirs. Make one: ${make} --person ${/^[\w.-]+$/.test(person) ? person : JSON.stringify(visible(person))}`;
}

const personColumn = { title: 'PERSON', cell: ({ person }: KeyFacts) => person ?? '–' };

/** @param unusable why its secret opens nothing, where that is so */
export function keyDetails(key: KeyFacts, { paint, when }: Output, unusable?: string): string {
  const pairs: (readonly [string, string])[] = [
    ['Id', key.id],
    ...(key.person === null ? [] : [['Person', key.person] as const]),
    ['Project', key.project ?? '–'],
    ['Status', paintStatus(paint, key.status, statusText(key))],
    ['Made', `${when(key.createdAt, '–')}${originText[key.origin]}`],
    ['Expires', when(key.expiresAt, 'never')],
    ['Last used', lastUse(key, when)],
    ...(key.kind === 'admin' ? [] : gatewayPairs(key)),
    ['Means', policySentence(key)],
  ];
  if (!key.usable && unusable !== undefined) pairs.push(['', unusable]);
  if (key.rotatedAt !== null) pairs.push(['Rotated', when(key.rotatedAt, '–')]);
  if (key.oldSecretUntil !== null)
    pairs.push(['Old secret', `ends ${when(key.oldSecretUntil, '–')}, ${oldSecretUse(key, when)}`]);
  if (key.policy.rotateEveryDays !== null) pairs.push(['Rotate', `every ${key.policy.rotateEveryDays} days`]);
  if (key.weak) pairs.push(['Weak', 'works on this computer alone: rotate it, or accept it']);
  if (key.countedSince !== null) pairs.push(['Counted', `since ${when(key.countedSince, '–')}`]);
  if (key.revokedAt !== null) pairs.push(['Revoked', when(key.revokedAt, '–')]);
  const title = paint('bold', visible(key.name));
  return `${title}\n${textPairs(pairs.map(([name, value]) => [name, name === 'Status' ? value : visible(value)]))}`;
}

function gatewayPairs(key: KeyFacts): (readonly [string, string])[] {
  const { operations, networks, caps } = key.policy;
  const pairs: (readonly [string, string])[] = [
    ['Limits', limitsOf(key)],
    ['Models', modelsText(key)],
    ['Rights', operationsText(operations)],
    ['Networks', networks === null ? 'anywhere' : networks.join(', ')],
  ];
  const capped = capsText(caps);
  return capped === undefined ? pairs : [...pairs, ['Caps', capped]];
}

function modelsText({ models, policy }: KeyFacts): string {
  const but = policy.deniedModels.length === 0 ? '' : ` but ${policy.deniedModels.join(', ')}`;
  return `${models === null ? 'all' : models.join(', ')}${but}`;
}

/** `laptop (aB3dE5fG)`, as sentences name a key. */
export function keyTitle(key: KeyFacts): string {
  return `"${visible(key.name)}" (${key.id})`;
}

/** A new secret, how long it can be seen, and the lines that put it to use. */
export function newSecretText(
  created: CreatedKey,
  options: {
    readonly headline: string;
    readonly here: string | undefined;
    readonly others: readonly Reachable[];
    readonly windows: boolean;
  },
): string {
  const { here, others } = options;
  const assign = (name: string, value: string) =>
    options.windows ? `  $env:${name} = "${value}"` : `  export ${name}=${value}`;
  const once = [options.headline, '', `  ${created.key}`, ''];
  if (created.facts.kind === 'admin') {
    return [...once, 'This key will not be shown again: keep it in a file that only you can read.'].join('\n');
  }
  const use = others.length === 0 ? 'To use it:' : 'To use it on this computer:';
  const lines = [...once, `This key will not be shown again: copy it now. ${use}`, ''];
  lines.push(assign('OPENAI_API_KEY', created.key));
  if (here !== undefined) lines.push(assign('OPENAI_BASE_URL', `${here}/v1`));
  return [...lines, ...elsewhereLines(others, assign)].join('\n');
}

/** More addresses than these help nobody who has just made a key. */
const placesTold = 3;

function elsewhereLines(others: readonly Reachable[], assign: (name: string, value: string) => string): string[] {
  if (others.length === 0) return [];
  const lines = others.slice(0, placesTold).map(({ url, plainUrl }) => {
    const plain = plainUrl === null ? '' : `   # unencrypted: ${plainUrl}/v1`;
    return `${assign('OPENAI_BASE_URL', `${url}/v1`)}${plain}`;
  });
  const trust = others.some(({ url }) => url?.startsWith('https:'))
    ? ['', 'They have to be told once to trust its certificate: keyhatch tls ca']
    : [];
  const more = others.length > placesTold ? ['', 'All addresses: keyhatch network'] : [];
  return ['', 'On other computers the base URL is:', '', ...lines, ...trust, ...more];
}

const originText = { generated: '', typed: ', with a value of your own', imported: ', from another program' } as const;

function oldSecretUse(key: KeyFacts, when: Output['when']): string {
  if (key.oldSecretUsedAt === null) return 'not used since';
  const by = key.oldSecretUsedBy === null ? '' : ` by ${key.oldSecretUsedBy}`;
  return `last used ${when(key.oldSecretUsedAt, '')} from ${key.oldSecretUsedFrom}${by}`;
}

function statusText(key: KeyFacts): string {
  return key.usable ? key.status : `${key.status}, unusable: rotate it`;
}

function paintStatus(paint: Paint, status: KeyStatus, text: string): string {
  if (status === 'active') return paint('green', text);
  return paint(status === 'paused' ? 'yellow' : 'red', text);
}

function lastUse(key: KeyFacts, when: Output['when']): string {
  if (key.lastUsedAt === null) return 'never';
  const from = key.lastUsedFrom === null ? '' : ` from ${key.lastUsedFrom}`;
  const by = key.lastUsedBy === null ? '' : ` by ${key.lastUsedBy}`;
  return when(key.lastUsedAt, 'never') + from + by;
}

function limitsOf({ limits, policy }: KeyFacts): string {
  return [
    perMinute(limits.rpm),
    parallel(limits.parallel),
    ...(policy.rph === null ? [] : [`${policy.rph} requests an hour`]),
    ...(policy.tpm === null ? [] : [`${policy.tpm} tokens a minute`]),
    ...(policy.priority === 'normal' ? [] : [`${policy.priority} priority`]),
    ...policy.budgets.map(budgetRuleText),
  ].join(', ');
}

function shortLimits({ limits, policy }: KeyFacts): string {
  const each = [
    ...(limits.rpm === null ? [] : [`${limits.rpm}/min`]),
    ...(policy.rph === null ? [] : [`${policy.rph}/h`]),
    ...(policy.tpm === null ? [] : [`${policy.tpm} tokens/min`]),
    ...(limits.parallel === null ? [] : [`${limits.parallel} at once`]),
    ...policy.budgets.map(budgetText),
  ];
  return each.length === 0 ? 'none' : each.join(', ');
}

const perMinute = (limit: number | null) =>
  limit === null ? 'any number of requests a minute' : `${limit} requests a minute`;
const parallel = (limit: number | null) => (limit === null ? 'any number at once' : `${limit} at once`);

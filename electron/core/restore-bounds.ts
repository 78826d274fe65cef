// What of a backup is put in place here, and what not: people come without what they proved themselves with, keys stay within
// what their people may have now, and no setting comes that opens more than was confirmed on this machine. Pure.

import type { BackupContent } from '../../shared/backup-content.ts';
import { nameSkeleton } from '../../shared/names.ts';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { isOnLan } from './access-sentence.ts';
import { type Interfaces, publicBehind } from './interfaces.ts';
import type { KeptKey } from './key-registry.ts';
import { keyWithin } from './member-limits.ts';
import type { KeptPerson } from './people.ts';

/**
 * Those who are not here, neither by id nor by name. Whoever may have been put out since the backup was made comes paused:
 * everybody where something is here already, and somebody who was removed in any case.
 */
export function peopleComing(
  people: readonly KeptPerson[],
  here: {
    readonly people: readonly KeptPerson[];
    readonly isEmpty: boolean;
    readonly wasRemoved: (id: string) => boolean;
  },
): KeptPerson[] {
  const known = new Set(here.people.flatMap(({ id, name }) => [id, nameSkeleton(name)]));
  const isNew = ({ id, name }: KeptPerson) => {
    const skeleton = nameSkeleton(name);
    if (known.has(id) || known.has(skeleton)) return false;
    known.add(skeleton);
    return true;
  };
  return people.filter(isNew).map((person) => ({
    ...person,
    status: here.isEmpty && !here.wasRemoved(person.id) ? person.status : 'paused',
    passwordSetAt: null,
    totp: false,
  }));
}

/** @param people all that there will be */
export function keysWithin(keys: readonly KeptKey[], people: readonly KeptPerson[]): KeptKey[] {
  const limits = new Map(people.map((person) => [person.id, person.limits]));
  return keys.map((key) => {
    const those = key.personId === null ? undefined : limits.get(key.personId);
    return those === undefined ? key : keyWithin(key, those);
  });
}

// That the internet may come in was confirmed of one machine, and says nothing of another one with an eth0.
export function withoutConsent<Values extends { readonly 'server.publicInterfaces'?: unknown }>(
  values: Values,
): Omit<Values, 'server.publicInterfaces'> {
  const { 'server.publicInterfaces': _consent, ...kept } = values;
  return kept;
}

export type SettingsBounds = {
  /** What all settings would be, kept like this. */
  readonly wouldBe: (values: Readonly<Record<string, unknown>>, others: 'reset' | 'stay') => Settings;
  readonly interfaces: () => Interfaces;
};

/** The settings to put in place, and the names of those that would take a confirmation and have none here. */
export function confirmedHere(
  settings: BackupContent['settings'],
  others: 'reset' | 'stay',
  { wouldBe, interfaces }: SettingsBounds,
): { readonly values: BackupContent['settings']; readonly notTaken: readonly SettingName[] } {
  const now = wouldBe({}, 'stay');
  const notTaken: SettingName[] = [];
  let values: BackupContent['settings'] = withoutConsent(settings);
  if ('server.publicInterfaces' in settings) notTaken.push('server.publicInterfaces');
  if (isNewlyPublic(wouldBe(values, others), now, interfaces())) {
    const { 'server.hosts': _hosts, ...rest } = values;
    values = rest;
    notTaken.push('server.hosts');
  }
  if (letsStrangersIn(wouldBe(values, others), now)) {
    // Also where it is this machine's own: with what else comes it would mean more than was confirmed.
    values = { ...values, 'access.requireKey': true };
    notTaken.push('access.requireKey');
  }
  return { values, notTaken };
}

function isNewlyPublic(after: Settings, now: Settings, interfaces: Interfaces): boolean {
  const publicOf = (settings: Settings) =>
    publicBehind(settings['server.hosts'], interfaces, settings['server.publicInterfaces']);
  const reached = new Set(publicOf(now).map(({ address }) => address));
  return publicOf(after).some(({ address }) => !reached.has(address));
}

/** Whether a network or every web page could come in without a key that could not before. */
function letsStrangersIn(after: Settings, now: Settings): boolean {
  if (after['access.requireKey']) return false;
  const opensTo = (is: (settings: Settings) => boolean) => is(after) && (now['access.requireKey'] || !is(now));
  return opensTo((one) => isOnLan(one['server.hosts'])) || opensTo((one) => one['cors.mode'] === 'any');
}

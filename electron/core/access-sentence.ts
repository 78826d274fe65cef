// Who may come in, said in one plain sentence: the sum of address, keys, bypass and public paths.

import { networksText } from '../../shared/network-words.ts';
import type { Settings } from '../../shared/settings.ts';
import { bareHost } from '../lib/bare-host.ts';
import type { PresentAddress } from './interfaces.ts';

/** Whether an address is reached from this computer alone. */
export function isLoopbackHost(host: string): boolean {
  const plain = bareHost(host).toLowerCase();
  return plain === 'localhost' || plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** Whether other machines can reach one of these addresses. */
export function isOnLan(hosts: readonly string[]): boolean {
  return hosts.some((host) => !isLoopbackHost(host));
}

/**
 * Ends with a full stop; begins with a capital.
 * @param waysOpen how many ways in without a key the owner opened
 */
export function accessSentence(settings: Settings, waysOpen: number): string {
  const networks = settings['access.networks'];
  const only = networks.includes('anywhere') ? '' : ` Only from ${networksText(networks)}.`;
  const ways = waysOpen === 1 ? 'One way in without a key is open' : `${waysOpen} ways in without a key are open`;
  return whoMayCome(settings) + (waysOpen === 0 ? '' : ` ${ways} besides.`) + only;
}

const credentials: Readonly<Record<Settings['access.credentials'], string>> = {
  keys: 'a key',
  tokens: 'a short-lived token',
  both: 'a key or a short-lived token',
};

function whoMayCome(settings: Settings): string {
  const lan = isOnLan(settings['server.hosts']);
  const where = lan ? 'on your network' : 'on this computer';
  if (!settings['access.requireKey']) return `Anyone ${where}, with or without a key.`;
  const others = settings['access.localhostBypass']
    ? lan
      ? 'and any program on this computer without one'
      : 'or without one'
    : 'and nobody without one';
  const models = settings['access.publicModels'] ? ' Anyone may list the models.' : '';
  return settings['access.localhostBypass'] && !lan
    ? `Any program on this computer, with a key or without one.${models}`
    : `Anyone ${where} with ${credentials[settings['access.credentials']]}, ${others}.${models}`;
}

/** What listening at these public addresses means; undefined where there are none. */
export function publicConsequence(opened: readonly PresentAddress[]): string | undefined {
  if (opened.length === 0) return undefined;
  const places = opened.map(placeOf).join(' and ');
  return `Keyhatch would then listen at ${places}, a public address that the whole internet may reach.`;
}

/** An address as people are told of it: by the name that leads there, or by its interface. */
export function placeOf({ address, name, interface: of }: PresentAddress): string {
  return name === undefined ? `${address} on ${of}` : `${address} (by the name ${name})`;
}

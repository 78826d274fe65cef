// The rules of the exposure check about what lets programs in without a key: how many ways are open, and where the second port
// can be reached. Pure, as the others.

import type { Exposure } from '../../shared/network-model.ts';
import { listed, warning } from './exposure-finding.ts';
import type { ExposureFacts } from './exposure-rules.ts';

export function waysRule({ waysOpen }: ExposureFacts): Exposure[] {
  if (waysOpen === 0) return [];
  const ways = waysOpen === 1 ? 'one way in' : `${waysOpen} ways in`;
  return [
    warning(
      'ways in',
      `There ${waysOpen === 1 ? 'is' : 'are'} ${ways} without a key, for programs that cannot send one.`,
      'Close what no program needs any more: keyhatch ways list',
      'ways-open',
    ),
  ];
}

export function secondPortRule({ secondPort, settings, tls }: ExposureFacts): Exposure[] {
  if (secondPort.length === 0) return [];
  const isGuarded = settings['access.requireKey'] && tls?.mode === 'only';
  const places = secondPort.map(({ address, interface: name }) => `${address} (${name})`);
  const says = `Devices of your own networks come in without a key by the second port, at ${listed(places)}.`;
  const bound = secondPort.filter(({ scope }) => scope === 'public');
  return [
    warning('second port', says, 'If only this computer needs it: keyhatch ways set-port', 'second-port-open'),
    ...bound.map(({ address, interface: name }) => ({
      id: `second-port-public-${address}`,
      check: 'second port',
      result: isGuarded ? ('warning' as const) : ('bad' as const),
      says: `The second port listens at ${address} on ${name}, a public address that the whole internet may reach.`,
      cure: 'Have it listen in private networks alone: keyhatch ways set-port --hosts 127.0.0.1,lan',
      byItself: true,
    })),
  ];
}

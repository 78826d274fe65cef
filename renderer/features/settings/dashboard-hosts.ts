// What may not become of the dashboard's addresses from within a browser: that it locks itself out. Pure.

import { settingsTexts } from '../../texts/settings-texts.ts';
import { isLoopbackName } from '../connect/address.ts';

const everywhere = ['0.0.0.0', '::'];
const bare = (host: string): string => host.replace(/^\[|\]$/g, '').toLowerCase();

/** @param hostname of the page; undefined for the window, which needs no address */
export function wrongDashboardHosts(hosts: readonly string[], hostname: string | undefined): string | undefined {
  const { hostsNone, hostsLost } = settingsTexts.dashboard;
  if (hosts.length === 0) return hostsNone;
  // A name may stand for any address.
  if (hostname === undefined || !(isLoopbackName(hostname) || /^[\d.]+$|^\[/.test(hostname))) return undefined;
  const kept = hosts
    .map(bare)
    .some(
      (host) =>
        everywhere.includes(host) || host === bare(hostname) || (isLoopbackName(hostname) && isLoopbackName(host)),
    );
  return kept ? undefined : hostsLost(hostname);
}

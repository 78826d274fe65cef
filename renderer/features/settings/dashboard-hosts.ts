// What may not become of the dashboard's addresses from within a browser, that it locks itself out, and what may become of
// them only once it was said: that it signs itself out. Pure.

import { settingsTexts } from '../../texts/settings-texts.ts';
import { isLoopbackName } from '../connect/address.ts';

const everywhere = ['::', '0.0.0.0'];
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

/**
 * Whether this browser's session ends with the change: it ends with the address that it began at, which is another one as
 * soon as the dashboard listens on every address in one.
 */
export function endsSession(before: readonly string[], after: readonly string[], hostname: string): boolean {
  return heldFor(before, hostname) !== heldFor(after, hostname);
}

// As the dashboard does it: one that stands for every address holds all others.
function heldFor(hosts: readonly string[], hostname: string): string | undefined {
  const all = hosts.map(bare);
  return everywhere.find((host) => all.includes(host)) ?? all.find((host) => host === bare(hostname));
}

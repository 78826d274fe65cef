// Resolves a name for a connection and refuses it when it leads to an address that can never be an upstream, so that a
// name cannot smuggle in what parseUpstreamAddress keeps out. Must not connect.

import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { whyRefused } from './refused-addresses.ts';

/** For the `lookup` option of an agent or a request. Fails with code `EADDRREFUSED`. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) {
      callback(error, []);
      return;
    }
    const reason = addresses.map(({ address }) => whyRefused(address)).find((found) => found !== undefined);
    const [first] = addresses;
    if (reason !== undefined || first === undefined) {
      callback(Object.assign(new Error(reason ?? 'no address'), { code: 'EADDRREFUSED' }), []);
    } else if (options.all) {
      callback(null, addresses);
    } else {
      callback(null, first.address, first.family);
    }
  });
};

// The upstreams of `--upstream`: said on the command line by the owner, so that another machine needs no second word.

import { createHash } from 'node:crypto';
import type { UpstreamKind } from '../../shared/upstream-kinds.ts';
import { identify } from './probe.ts';
import { addressText, parseUpstreamAddress } from './upstream-address.ts';

type Given = { readonly id: string; readonly name: string; readonly kind: UpstreamKind; readonly url: string };

/** @throws KeyhatchError `upstream_address_refused` */
export async function givenUpstreams(addresses: readonly string[], timeoutMs: number): Promise<Given[]> {
  return Promise.all(
    addresses.map(async (address) => {
      const url = parseUpstreamAddress(address, { confirmed: true, ownAddresses: [] });
      const { kind } = await identify(url, { timeoutMs });
      // The same in every run, because stored responses and the ledger name it.
      const id = createHash('sha256').update(addressText(url)).digest('hex').slice(0, 8);
      return { id, name: url.host, kind, url: addressText(url) };
    }),
  );
}

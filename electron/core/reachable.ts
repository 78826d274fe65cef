// At which addresses the gateway can be reached, and at which it could be: this computer first, then each address of each
// network interface. Pure; looks at no machine itself.

import type { Reachable } from '../../shared/model.ts';
import { bareHost } from '../lib/bare-host.ts';
import { isLoopbackHost } from './access-sentence.ts';
import { interfaceKind, presentAddresses } from './interfaces.ts';
import { type NetworkFacts, urlsAt } from './network-list.ts';

/** @param facts with what the gateway listens at now; nothing while it is stopped */
export function reachableAt(facts: NetworkFacts): readonly Reachable[] {
  const here = facts.listening.find(({ host }) => isLoopbackHost(host) || ['0.0.0.0', '::'].includes(bareHost(host)));
  const computer: Reachable = {
    interface: 'lo',
    kind: 'loopback',
    address: 'localhost',
    // Programs on this computer need no certificate to trust.
    url: here ? `http://localhost:${here.port}` : null,
    plainUrl: null,
  };
  const others = presentAddresses(facts.interfaces).filter(({ scope }) => scope !== 'loopback');
  return [
    computer,
    ...others.map((one) => {
      const urls = urlsAt(one, facts);
      return {
        interface: one.interface,
        kind: interfaceKind(one.interface, facts.platform),
        address: one.address,
        url: urls[0] ?? null,
        plainUrl: urls[1] ?? null,
      };
    }),
  ];
}

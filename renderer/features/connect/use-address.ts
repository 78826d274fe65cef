// Which address the snippets of a page or a dialog are filled in with: the likeliest, until the reader chooses another.

import { useState } from 'react';
import { useApi, useStatus } from '../../api/api-context.tsx';
import { type Addresses, addressesFor } from './address.ts';

export type ChosenAddress = {
  readonly baseUrl: string;
  readonly addresses: Addresses;
  readonly choose: (baseUrl: string) => void;
};

/** @param wanted `others` for what is meant for other machines wherever the reader sits */
export function useAddress(wanted: 'here' | 'others' = 'here'): ChosenAddress {
  const { host } = useApi();
  const { data: status } = useStatus();
  const [chosen, choose] = useState<string>();
  const addresses = addressesFor(status, host === 'window' ? undefined : window.location);
  const { here, others } = addresses;
  const all = wanted === 'others' ? [...others, ...here] : [...here, ...others];
  // An address that is gone meanwhile is no choice any more.
  const baseUrl = all.find((one) => one === chosen) ?? all[0] ?? '';
  return { baseUrl, addresses, choose };
}

// For which machine the snippets are: this computer, or others by one of the addresses where they reach the gateway. Nothing
// where there is no choice.

import { Select, Text } from '@mantine/core';
import { connectTexts } from '../../texts/connect-texts.ts';
import type { ChosenAddress } from './use-address.ts';

const { address: texts } = connectTexts;

export function AddressField({ address: { baseUrl, addresses, choose } }: { readonly address: ChosenAddress }) {
  const { here, others, outOfReach } = addresses;
  if (outOfReach)
    return (
      <Text size="sm" c="var(--kh-limited)">
        {texts.outOfReach}
      </Text>
    );
  if (here.length + others.length < 2) return null;
  const groups = [
    { group: texts.here, items: [...here] },
    { group: texts.others, items: [...others] },
  ];
  return (
    <Select
      label={texts.label}
      description={here.length === 0 ? undefined : here.includes(baseUrl) ? texts.here : texts.others}
      data={groups.filter(({ items }) => items.length > 0)}
      value={baseUrl}
      onChange={(chosen) => chosen !== null && choose(chosen)}
      allowDeselect={false}
    />
  );
}

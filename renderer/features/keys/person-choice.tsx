// Narrows the list of keys to those of one person, or to those that are nobody's. Only there where keys belong to people.

import { Select } from '@mantine/core';
import type { KeyFacts } from '../../../shared/model.ts';
import { useKeys } from '../../api/api-context.tsx';
import { keysTexts } from '../../texts/keys-texts.ts';

const { whose: texts } = keysTexts;

export const everybody = 'everybody';
const nobody = 'nobody';

export function isOf({ personId }: KeyFacts, chosen: string): boolean {
  return chosen === everybody || (personId ?? nobody) === chosen;
}

type PersonChoiceProps = { readonly chosen: string; readonly choose: (person: string) => void };

export function PersonChoice({ chosen, choose }: PersonChoiceProps) {
  const { data: keys = [] } = useKeys();
  const people = new Map(
    keys.flatMap(({ personId, person }) => (personId === null ? [] : [[personId, person ?? personId] as const])),
  );
  if (people.size === 0) return null;
  return (
    <Select
      size="xs"
      w={150}
      aria-label={texts.filter}
      data={[
        { value: everybody, label: texts.everybody },
        ...[...people].map(([value, label]) => ({ value, label })),
        { value: nobody, label: texts.nobody },
      ]}
      value={chosen}
      onChange={(person) => choose(person ?? everybody)}
      allowDeselect={false}
    />
  );
}

// What the page is asked for: the split, the range with days of one's own, and what it is narrowed to.

import { ActionIcon, Group, SegmentedControl, Select, Text, TextInput } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { usageTexts as texts } from '../../texts/usage-texts.ts';
import {
  dayOf,
  filterFields,
  rangeNames,
  rangeOf,
  type SplitName,
  splitNames,
  type UsageChoiceHandle,
} from './usage-query.ts';

type UsageControlsProps = UsageChoiceHandle & { readonly splits: readonly SplitName[] };

export function UsageControls({ choice, choose, splits }: UsageControlsProps) {
  return (
    <>
      <SegmentedControl
        className="kh-splits"
        size="sm"
        aria-label={texts.by}
        value={choice.by}
        onChange={(by) => choose({ by })}
        data={splits.map((value) => ({ value, label: texts.splits[value] }))}
      />
      <Select
        aria-label={texts.range}
        w={160}
        value={choice.range}
        onChange={(range) => range && choose({ range })}
        data={rangeNames.map((value) => ({ value, label: texts.ranges[value] }))}
        allowDeselect={false}
      />
    </>
  );
}

export function UsageDays({ choice, choose }: UsageChoiceHandle) {
  if (choice.range !== 'custom') return null;
  const { days } = choice;
  const field = (name: 'from' | 'to') => (
    <TextInput
      type="date"
      size="sm"
      label={texts.days[name]}
      value={days[name]}
      max={dayOf(Date.now())}
      required
      withAsterisk={false}
      onChange={({ currentTarget }) =>
        currentTarget.value && choose({ days: { ...days, [name]: currentTarget.value } })
      }
    />
  );
  return (
    <Group gap="sm" align="flex-end">
      {field('from')}
      {field('to')}
      {rangeOf(choice) === undefined && (
        <Text size="sm" c="var(--kh-bad)" role="alert" pb={8}>
          {texts.days.wrong}
        </Text>
      )}
    </Group>
  );
}

type UsageFiltersProps = UsageChoiceHandle & {
  readonly nameOf: (split: SplitName, group: string | null) => string;
};

/** What it is narrowed to, each to be taken off again. */
export function UsageFilters({ choice, widen, nameOf }: UsageFiltersProps) {
  const active = splitNames.flatMap((split) => {
    const group = choice.filter[filterFields[split]];
    return group === undefined ? [] : [{ split, name: nameOf(split, group) }];
  });
  if (active.length === 0) return null;
  return (
    <ul className="kh-narrowed" aria-label={texts.narrowed}>
      {active.map(({ split, name }) => (
        <li key={split} className="kh-chip">
          <Text size="sm" component="span" className="kh-clip">
            <Text component="span" inherit c="dimmed">
              {texts.splits[split]}
            </Text>{' '}
            {name}
          </Text>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="sm"
            aria-label={texts.widen(texts.splits[split], name)}
            onClick={() => widen(split)}
          >
            <IconX size={14} />
          </ActionIcon>
        </li>
      ))}
    </ul>
  );
}

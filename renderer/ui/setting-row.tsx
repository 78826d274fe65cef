// A row with a title, one sentence and a control; the shape of every switch on Server and Settings.

import { Group, Text } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import { commonTexts as texts } from '../texts/common-texts.ts';
import { Pill } from './pill.tsx';

/** What names and describes a row's control. */
export type Named = { readonly id: string; readonly 'aria-labelledby': string; readonly 'aria-describedby': string };

type SettingRowProps = {
  readonly title: string;
  readonly sentence: ReactNode;
  readonly setByFlag?: boolean;
  readonly control: (named: Named) => ReactNode;
};

export function SettingRow({ title, sentence, setByFlag = false, control }: SettingRowProps) {
  const id = useId();
  const [labelledBy, describedBy] = [`${id}-title`, `${id}-sentence`];
  return (
    <Group justify="space-between" wrap="nowrap" gap="lg" py={9}>
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500} id={labelledBy} component="label" htmlFor={id} display="block">
          {title} {setByFlag && <Pill tone="off">{texts.setByFlag}</Pill>}
        </Text>
        <Text size="xs" c="dimmed" id={describedBy} component="div">
          {sentence}
        </Text>
      </div>
      <div style={{ flex: 'none' }}>
        {control({ id, 'aria-labelledby': labelledBy, 'aria-describedby': describedBy })}
      </div>
    </Group>
  );
}

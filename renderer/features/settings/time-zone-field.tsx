// The time zone of budgets: one that this system knows, or whichever this computer is in.

import { Select } from '@mantine/core';
import { useMemo } from 'react';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { SettingControl } from '../../ui/setting-control.tsx';

const { limits } = settingsTexts;
/** Stands for null, which a choice cannot have. */
const ofThisComputer = '';

export function TimeZoneField() {
  const zones = useMemo(
    () => [
      { value: ofThisComputer, label: limits.thisComputer },
      ...Intl.supportedValuesOf('timeZone').map((zone) => ({ value: zone, label: zone })),
    ],
    [],
  );
  return (
    <SettingControl
      name="usage.timeZone"
      title={limits.timeZone}
      sentence={limits.timeZoneSentence}
      control={({ value, change, attributes }) => (
        <Select
          {...attributes}
          w={210}
          searchable
          data={zones}
          value={value === undefined ? null : (value ?? ofThisComputer)}
          onChange={(zone) => void change(zone === ofThisComputer ? null : zone)}
          allowDeselect={false}
        />
      )}
    />
  );
}

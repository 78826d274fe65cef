// A setting that is on or off: switched at once, without a Save button.

import { Switch } from '@mantine/core';
import { type NamesOf, type RowTexts, SettingControl } from './setting-control.tsx';

export function SettingSwitch(row: RowTexts & { readonly name: NamesOf<boolean> }) {
  return (
    <SettingControl
      {...row}
      control={({ value, change, attributes }) => (
        <Switch
          {...attributes}
          checked={value ?? false}
          onChange={(event) => void change(event.currentTarget.checked)}
        />
      )}
    />
  );
}

// A setting that is on or off: switched at once, without a Save button.

import { Switch } from '@mantine/core';
import type { Settings } from '../../shared/settings.ts';
import { useChangeSetting, useSetting } from '../api/settings-access.ts';
import { SettingRow } from './setting-row.tsx';

type BooleanSetting = { [Name in keyof Settings]: Settings[Name] extends boolean ? Name : never }[keyof Settings];

type SettingSwitchProps = {
  readonly name: BooleanSetting;
  readonly title: string;
  readonly sentence: string;
};

export function SettingSwitch({ name, title, sentence }: SettingSwitchProps) {
  const setting = useSetting(name);
  const { change, isPending } = useChangeSetting();
  return (
    <SettingRow
      title={title}
      sentence={sentence}
      setByFlag={setting?.setByFlag ?? false}
      control={({ id, labelledBy, describedBy }) => (
        <Switch
          id={id}
          checked={setting?.value ?? false}
          disabled={!setting || setting.setByFlag || isPending}
          onChange={(event) => void change({ name, value: event.currentTarget.checked }).catch(() => {})}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
        />
      )}
    />
  );
}

// Settings that are a number, a choice or a list. Each takes effect when it is left or Enter is pressed; one that is not
// taken goes back to what it was, and the reason is said.

import { NumberInput, Select, TagsInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { SettingName, Settings } from '../../../shared/settings.ts';
import { useChangeSetting, useSetting } from '../../api/settings-access.ts';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { SettingRow } from '../../ui/setting-row.tsx';

type NamesOf<Value> = { [Name in SettingName]: Settings[Name] extends Value ? Name : never }[SettingName];
type RowTexts = { readonly title: string; readonly sentence: string };

type SettingNumberProps = RowTexts & {
  readonly name: NamesOf<number | null>;
  readonly min: number;
  readonly max: number;
  /** What one step on screen is in the setting's own unit. */
  readonly unit?: number;
  /** Whether empty means "no limit". */
  readonly nullable?: boolean;
};

export function SettingNumber({ name, title, sentence, min, max, unit = 1, nullable = false }: SettingNumberProps) {
  const setting = useSetting(name);
  const { change, isPending } = useChangeSetting();
  const kept = typeof setting?.value === 'number' ? setting.value / unit : '';
  const [shown, setShown] = useState<number | string>(kept);
  useEffect(() => setShown(kept), [kept]);

  async function commit(): Promise<void> {
    if (shown === kept || (shown === '' && !nullable)) return setShown(kept);
    const value = shown === '' ? null : Math.round(Number(shown) * unit);
    await change({ name, value }).catch(() => setShown(kept));
  }

  return (
    <SettingRow
      title={title}
      sentence={sentence}
      setByFlag={setting?.setByFlag ?? false}
      control={({ labelledBy, describedBy }) => (
        <NumberInput
          w={120}
          value={shown}
          onChange={setShown}
          onBlur={() => void commit()}
          onKeyDown={(event) => event.key === 'Enter' && void commit()}
          min={min}
          max={max}
          allowDecimal={false}
          placeholder={nullable ? settingsTexts.empty : ''}
          disabled={!setting || setting.setByFlag || isPending}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
          hideControls
        />
      )}
    />
  );
}

type SettingChoiceProps<Name extends NamesOf<string>> = RowTexts & {
  readonly name: Name;
  readonly choices: Readonly<Record<Settings[Name], string>>;
};

export function SettingChoice<Name extends NamesOf<string>>({
  name,
  title,
  sentence,
  choices,
}: SettingChoiceProps<Name>) {
  const setting = useSetting(name);
  const { change, isPending } = useChangeSetting();
  return (
    <SettingRow
      title={title}
      sentence={sentence}
      setByFlag={setting?.setByFlag ?? false}
      control={({ labelledBy, describedBy }) => (
        <Select
          w={210}
          data={Object.entries<string>(choices).map(([value, label]) => ({ value, label }))}
          value={(setting?.value as string | undefined) ?? null}
          onChange={(value) => void change({ name, value }).catch(() => {})}
          allowDeselect={false}
          disabled={!setting || setting.setByFlag || isPending}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
        />
      )}
    />
  );
}

export function SettingList({ name, title, sentence }: RowTexts & { readonly name: NamesOf<string[]> }) {
  const setting = useSetting(name);
  const { change, isPending } = useChangeSetting();
  return (
    <SettingRow
      title={title}
      sentence={sentence}
      setByFlag={setting?.setByFlag ?? false}
      control={({ labelledBy, describedBy }) => (
        <TagsInput
          w={{ base: 170, sm: 260 }}
          value={[...(setting?.value ?? [])]}
          onChange={(value) => void change({ name, value }).catch(() => {})}
          disabled={!setting || setting.setByFlag || isPending}
          aria-labelledby={labelledBy}
          aria-describedby={describedBy}
        />
      )}
    />
  );
}

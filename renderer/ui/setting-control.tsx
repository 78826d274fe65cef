// A setting's row: reads it, names and describes its control, and switches that off while it cannot be changed. What the
// control looks like is its caller's.

import type { ReactNode } from 'react';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { useChangeSetting, useMayChange, useSetting } from '../api/settings-access.ts';
import { type Named, SettingRow } from './setting-row.tsx';

/** Settings whose values are of one kind. */
export type NamesOf<Value> = { [Name in SettingName]: Settings[Name] extends Value ? Name : never }[SettingName];
export type RowTexts = { readonly title: string; readonly sentence: string };

export type SettingField<Value> = {
  /** Undefined until the settings are there. */
  readonly value: Value | undefined;
  /** Whether it was taken; where not, the reason has been said. */
  readonly change: (value: Value) => Promise<boolean>;
  /** For the control, as they are. */
  readonly attributes: Named & { readonly disabled: boolean };
};

type SettingControlProps<Name extends SettingName> = RowTexts & {
  readonly name: Name;
  readonly control: (field: SettingField<Settings[Name]>) => ReactNode;
};

export function SettingControl<Name extends SettingName>({ name, control, ...words }: SettingControlProps<Name>) {
  const setting = useSetting(name);
  const { change, isPending } = useChangeSetting();
  const mayChange = useMayChange(name);
  const disabled = !mayChange || !setting || setting.setByFlag || isPending;
  return (
    <SettingRow
      {...words}
      setByFlag={setting?.setByFlag ?? false}
      control={(named) =>
        control({
          value: setting?.value,
          change: (value) => change({ name, value }).catch(() => false),
          attributes: { ...named, disabled },
        })
      }
    />
  );
}

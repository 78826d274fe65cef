// Settings by name, typed, and the one way to change them: at once, asking first where Keyhatch says that it must.

import { useMutation, useQuery } from '@tanstack/react-query';
import { KeyhatchError } from '../../shared/errors.ts';
import type { SettingView } from '../../shared/model.ts';
import { settingAccess } from '../../shared/setting-access.ts';
import type { SettingName, Settings } from '../../shared/settings.ts';
import { useAsk } from '../ui/ask.tsx';
import { useCalls } from './api-context.tsx';
import { useAbilities } from './me.ts';

export type SettingHandle<Name extends SettingName> = {
  readonly value: Settings[Name];
  readonly setByFlag: boolean;
  readonly about: string;
  readonly isDefault: boolean;
};

/** Undefined until the settings are there, and for who may not see them. */
export function useSetting<Name extends SettingName>(name: Name): SettingHandle<Name> | undefined {
  const { sees } = useAbilities();
  const { data } = useQuery({ ...useCalls().settings.list.queryOptions(), enabled: sees });
  const view = data?.find((setting) => setting.name === name);
  return view && handleOf(view);
}

function handleOf<Name extends SettingName>(view: SettingView): SettingHandle<Name> {
  return {
    // The contract checks a value against the schema of its name before it is sent.
    value: view.value as Settings[Name],
    setByFlag: view.setByFlag,
    about: view.about,
    isDefault: JSON.stringify(view.value) === JSON.stringify(view.default),
  };
}

type Change = { readonly name: SettingName; readonly value: unknown; readonly confirm?: boolean };

/** Whether whoever looks may change this setting. */
export function useMayChange(name: SettingName): boolean {
  const { owns, manages } = useAbilities();
  return settingAccess(name) === 'owner' ? owns : manages;
}

/** Changes one setting; where that has a consequence people may not expect, asks and then says it a second time. */
export function useChangeSetting() {
  const calls = useCalls();
  const ask = useAsk();
  const { mutateAsync, ...state } = useMutation(calls.settings.set.mutationOptions());

  async function change({ name, value, confirm = false }: Change): Promise<boolean> {
    try {
      await mutateAsync({ name, value: value as never, confirm });
      return true;
    } catch (error) {
      if (!(error instanceof KeyhatchError) || error.code !== 'confirmation_needed') throw error;
      const agreed = await ask.confirm({ consequence: String(error.details['consequence']) });
      return agreed ? change({ name, value, confirm: true }) : false;
    }
  }
  return { change, isPending: state.isPending };
}

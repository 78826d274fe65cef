// The rules of signing in that hold for everybody: of which roles an authenticator is required, and how long sessions last.

import { MultiSelect } from '@mantine/core';
import { type Role, roles } from '../../../shared/people-model.ts';
import { useAbilities } from '../../api/me.ts';
import { peopleTexts } from '../../texts/people-texts.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingControl } from '../../ui/setting-control.tsx';
import { SettingNumber } from '../settings/setting-fields.tsx';

const { settings: texts } = peopleTexts;

export function SignInRules() {
  const { owns } = useAbilities();
  if (!owns) return null;
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingControl
          name="people.totpRequiredFor"
          title={texts.totp}
          sentence={texts.totpSentence}
          control={({ value, change, attributes }) => (
            <MultiSelect
              {...attributes}
              w={{ base: 170, sm: 260 }}
              data={roles.map((role) => ({ value: role, label: peopleTexts.roles[role] }))}
              value={[...(value ?? [])]}
              placeholder={value?.length === 0 ? texts.nobody : ''}
              onChange={(chosen) => void change(chosen as Role[])}
            />
          )}
        />
        <SettingNumber
          name="people.sessionIdleDays"
          title={texts.idle}
          sentence={texts.idleSentence}
          min={1}
          max={365}
        />
        <SettingNumber
          name="people.sessionMaxDays"
          title={texts.most}
          sentence={texts.mostSentence}
          min={1}
          max={365}
        />
      </div>
    </Panel>
  );
}

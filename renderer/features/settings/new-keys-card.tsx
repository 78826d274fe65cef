// What a new key begins with where neither its maker nor its project says.

import { Select } from '@mantine/core';
import { useState } from 'react';
import { type KeyOperation, type OperationPreset, operationPresets, presetOf } from '../../../shared/key-policy.ts';
import { useChangeSetting, useMayChange, useSetting } from '../../api/settings-access.ts';
import { keyFormTexts } from '../../texts/key-form-texts.ts';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingControl, type SettingField } from '../../ui/setting-control.tsx';
import { SingleRights } from '../keys/rights-fields.tsx';
import { SettingChoice, SettingNumber } from './setting-fields.tsx';

const { newKeys: texts } = settingsTexts;

export function NewKeysCard() {
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <DefaultRights />
        <SettingNumber
          name="keys.defaultExpiresDays"
          title={texts.expires}
          sentence={texts.expiresSentence}
          min={1}
          max={3650}
          nullable
        />
        <SettingNumber
          name="keys.defaultRpm"
          title={texts.rpm}
          sentence={texts.rpmSentence}
          min={0}
          max={1_000_000}
          nullable
        />
        <SettingNumber
          name="keys.defaultParallel"
          title={texts.parallel}
          sentence={texts.parallelSentence}
          min={1}
          max={100_000}
          nullable
        />
        <SettingNumber
          name="keys.defaultRph"
          title={texts.rph}
          sentence={texts.rphSentence}
          min={0}
          max={1_000_000_000}
          nullable
        />
        <SettingNumber
          name="keys.defaultTpm"
          title={texts.tpm}
          sentence={texts.tpmSentence}
          min={0}
          max={1_000_000_000}
          nullable
        />
        <SettingChoice
          name="keys.defaultPriority"
          title={texts.priority}
          sentence={texts.prioritySentence}
          choices={texts.priorities}
        />
      </div>
    </Panel>
  );
}

type Choice = OperationPreset | 'own';

function DefaultRights() {
  const [single, setSingle] = useState(false);
  const { value = [], setByFlag = false } = useSetting('keys.defaultOperations') ?? {};
  const { change, isPending } = useChangeSetting();
  const mayChange = useMayChange('keys.defaultOperations');
  const own = value.length > 0 && (single || presetOf(value) === undefined);
  return (
    <div>
      <SettingControl
        name="keys.defaultOperations"
        title={texts.rights}
        sentence={texts.rightsSentence}
        control={(field) => <PresetChoice {...field} own={own} setOwn={setSingle} />}
      />
      {own && (
        <div style={{ paddingBottom: 12 }}>
          <SingleRights
            chosen={value}
            disabled={!mayChange || setByFlag || isPending}
            // A key that may do nothing is no key: the last right stays.
            choose={(next) => {
              if (next.length > 0) void change({ name: 'keys.defaultOperations', value: next }).catch(() => false);
            }}
          />
        </div>
      )}
    </div>
  );
}

type PresetChoiceProps = SettingField<KeyOperation[]> & {
  readonly own: boolean;
  readonly setOwn: (own: boolean) => void;
};

function PresetChoice({ value = [], change, attributes, own, setOwn }: PresetChoiceProps) {
  function choose(choice: Choice): void {
    setOwn(choice === 'own');
    if (choice !== 'own') void change([...operationPresets[choice]]);
  }
  return (
    <Select
      {...attributes}
      w={210}
      data={[...Object.entries(keyFormTexts.presets), ['own', keyFormTexts.ownChoice] as const].map(
        ([choice, label]) => ({ value: choice, label }),
      )}
      value={own ? 'own' : (presetOf(value) ?? null)}
      onChange={(choice) => choose(choice as Choice)}
      allowDeselect={false}
    />
  );
}

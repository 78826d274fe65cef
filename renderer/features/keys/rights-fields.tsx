// Which operations a key carries: one of three presets, or each by itself, said in words, with a warning where a right spends
// money or acts on this computer.

import { Checkbox, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import {
  type KeyOperation,
  type OperationPreset,
  operationNames,
  operationPresets,
  operations,
  presetOf,
} from '../../../shared/key-policy.ts';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import type { PolicyFieldsProps } from './policy-groups.tsx';
import './policy-groups.css';

type Choice = OperationPreset | 'own';
const choices = [
  ...Object.entries(texts.presets).map(([value, label]) => ({ value: value as Choice, label })),
  { value: 'own' as const, label: texts.ownChoice },
];

export function RightsFields({ draft, change, wrong }: PolicyFieldsProps) {
  const [single, setSingle] = useState(presetOf(draft.operations) === undefined);
  const preset = single ? undefined : presetOf(draft.operations);

  function choose(choice: Choice): void {
    setSingle(choice === 'own');
    if (choice !== 'own') change({ operations: operationPresets[choice] });
  }

  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={texts.preset}
        data={choices}
        value={preset ?? 'own'}
        onChange={choose}
      />
      {preset ? (
        <Text size="xs" c={preset === 'full' ? 'var(--kh-limited)' : 'dimmed'}>
          {texts.presetHints[preset]}
        </Text>
      ) : (
        <SingleRights chosen={draft.operations} choose={(next) => change({ operations: next })} />
      )}
      {wrong['operations'] !== undefined && (
        <Text size="xs" c="var(--kh-bad)" role="alert">
          {wrong['operations']}
        </Text>
      )}
    </Stack>
  );
}

type SingleRightsProps = {
  readonly chosen: readonly KeyOperation[];
  readonly choose: (operations: readonly KeyOperation[]) => void;
  readonly disabled?: boolean;
};

export function SingleRights({ chosen, choose, disabled = false }: SingleRightsProps) {
  return (
    <fieldset className="kh-rights" aria-label={texts.rights} disabled={disabled}>
      {operationNames.map((operation) => {
        const risk = texts.risks[operation];
        const on = chosen.includes(operation);
        return (
          <Checkbox
            key={operation}
            size="xs"
            checked={on}
            onChange={() => choose(operationNames.filter((one) => (one === operation ? !on : chosen.includes(one))))}
            label={
              <>
                {operations[operation]}{' '}
                {risk !== undefined && (
                  <Text span inherit c="var(--kh-limited)">
                    {risk}
                  </Text>
                )}
              </>
            }
          />
        );
      })}
    </fieldset>
  );
}

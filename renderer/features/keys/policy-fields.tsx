// The fields of the smaller groups: models, networks, rates and the size of a request.

import { NumberInput, SegmentedControl, Select, Stack, TagsInput, Text } from '@mantine/core';
import type { BodyCap } from '../../../shared/body-caps.ts';
import type { Priority } from '../../../shared/limit-model.ts';
import { useStatus } from '../../api/api-context.tsx';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import { modelsOf } from '../connect/model-choice.ts';
import { type Amount, type Place, wrongNetworks } from './policy-draft.ts';
import type { PolicyFieldsProps } from './policy-groups.tsx';

export function ModelFields({ draft, change, wrong, ceiling = false }: PolicyFieldsProps) {
  const { data: status } = useStatus();
  const models = [...modelsOf(status)];
  return (
    <Stack gap="sm">
      <TagsInput
        label={texts.modelsAllowed}
        description={texts.modelsAllowedHint}
        placeholder={draft.models.length === 0 ? texts.modelsPlaceholder : ''}
        data={models}
        value={[...draft.models]}
        onChange={(chosen) => change({ models: chosen })}
        error={wrong['models']}
        acceptValueOnBlur
      />
      {!ceiling && (
        <TagsInput
          label={texts.modelsDenied}
          description={texts.modelsDeniedHint}
          placeholder={draft.denied.length === 0 ? texts.modelsPlaceholder : ''}
          data={models}
          value={[...draft.denied]}
          onChange={(denied) => change({ denied })}
          acceptValueOnBlur
        />
      )}
    </Stack>
  );
}

export function NetworkFields({ draft, change, wrong }: PolicyFieldsProps) {
  // An entry that cannot be read is said at once; that there is none, only when somebody tries to save.
  const unreadable = draft.networks.length > 0 ? wrongNetworks(draft.networks) : wrong['networks'];
  return (
    <Stack gap="sm">
      <SegmentedControl
        size="xs"
        fullWidth
        aria-label={texts.place}
        data={Object.entries(texts.places).map(([value, label]) => ({ value: value as Place, label }))}
        value={draft.place}
        onChange={(place) => change({ place })}
      />
      <Text size="xs" c="dimmed">
        {texts.placeHints[draft.place]}
      </Text>
      {draft.place === 'own' && (
        <TagsInput
          label={texts.networks}
          placeholder={texts.networksPlaceholder}
          classNames={{ pill: 'kh-mono', inputField: 'kh-mono' }}
          value={[...draft.networks]}
          onChange={(networks) => change({ networks })}
          error={unreadable}
          splitChars={[',', ' ', ';']}
          acceptValueOnBlur
        />
      )}
    </Stack>
  );
}

const rates = ['rpm', 'rph', 'tpm', 'parallel'] as const;

export function RateFields({ draft, change, ceiling = false }: PolicyFieldsProps) {
  return (
    <Stack gap="sm">
      <div className="kh-pair">
        {rates.map((rate) => (
          <AmountInput
            key={rate}
            label={texts[rate]}
            min={rate === 'parallel' ? 1 : 0}
            max={rate === 'parallel' ? 100_000 : 1_000_000}
            value={draft[rate]}
            onChange={(amount) => change({ [rate]: amount })}
          />
        ))}
      </div>
      <Text size="xs" c="dimmed">
        {texts.ratesHint}
      </Text>
      {!ceiling && (
        <Select
          label={texts.priority}
          description={texts.priorityHint}
          data={Object.entries(texts.priorities).map(([value, label]) => ({ value, label }))}
          value={draft.priority}
          onChange={(priority) => change({ priority: priority as Priority })}
          allowDeselect={false}
        />
      )}
    </Stack>
  );
}

export function CapFields({ draft, change }: PolicyFieldsProps) {
  const caps = Object.keys(texts.caps) as BodyCap[];
  return (
    <Stack gap="sm">
      <div className="kh-pair">
        {caps.map((cap) => (
          <AmountInput
            key={cap}
            label={texts.caps[cap]}
            min={cap === 'keepAliveSeconds' ? 0 : 1}
            max={cap === 'choices' ? 100_000 : cap === 'inputs' ? 1_000_000 : 100_000_000}
            value={draft.caps[cap]}
            onChange={(amount) => change({ caps: { ...draft.caps, [cap]: amount } })}
          />
        ))}
      </div>
      <Text size="xs" c="dimmed">
        {texts.capsHint}
      </Text>
    </Stack>
  );
}

/** How often to be reminded of a new secret; stands beside the end. */
export function RotateField({ draft, change }: Pick<PolicyFieldsProps, 'draft' | 'change'>) {
  return (
    <AmountInput
      label={texts.rotateEvery}
      min={1}
      max={3650}
      suffix={texts.days}
      placeholder={texts.rotateNever}
      value={draft.rotateEveryDays}
      onChange={(rotateEveryDays) => change({ rotateEveryDays })}
    />
  );
}

type AmountInputProps = {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly value: Amount;
  readonly onChange: (amount: Amount) => void;
  readonly placeholder?: string;
  readonly decimal?: boolean;
  readonly suffix?: string;
  readonly error?: string | undefined;
  readonly size?: 'xs' | 'sm';
};

/** A number that may be left empty. */
export function AmountInput({ onChange, decimal = false, placeholder = texts.noLimit, ...rest }: AmountInputProps) {
  return (
    <NumberInput
      {...rest}
      onChange={(typed) => onChange(typeof typed === 'number' ? typed : '')}
      allowDecimal={decimal}
      allowNegative={false}
      thousandSeparator=","
      placeholder={placeholder}
      hideControls
    />
  );
}

// Settings that are a number, a choice or a list. Each takes effect when it is left or Enter is pressed; one that is not
// taken goes back to what it was, and the reason is said.

import { NumberInput, Select, TagsInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { Settings } from '../../../shared/settings.ts';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { type Question, useAsk } from '../../ui/ask.tsx';
import { type NamesOf, type RowTexts, SettingControl, type SettingField } from '../../ui/setting-control.tsx';

type NumberRules = {
  readonly min: number;
  readonly max: number;
  /** What one step on screen is in the setting's own unit. */
  readonly unit?: number;
  /** Whether empty means "no limit". */
  readonly nullable?: boolean;
};
type SettingNumberProps = RowTexts & NumberRules & { readonly name: NamesOf<number | null> };

export function SettingNumber({ name, title, sentence, ...rules }: SettingNumberProps) {
  return (
    <SettingControl
      name={name}
      title={title}
      sentence={sentence}
      // The setting's own type says whether it may be empty, and so does `nullable`.
      control={({ change, ...field }) => (
        <NumberField {...field} change={(value) => change(value as number)} {...rules} />
      )}
    />
  );
}

function NumberField(props: SettingField<number | null> & NumberRules) {
  const { value, change, attributes, min, max, unit = 1, nullable = false } = props;
  const kept = typeof value === 'number' ? value / unit : '';
  const [shown, setShown] = useState<number | string>(kept);
  useEffect(() => setShown(kept), [kept]);

  async function commit(): Promise<void> {
    if (shown === kept || (shown === '' && !nullable)) return setShown(kept);
    if (!(await change(shown === '' ? null : Math.round(Number(shown) * unit)))) setShown(kept);
  }

  return (
    <NumberInput
      {...attributes}
      w={120}
      value={shown}
      onChange={setShown}
      onBlur={() => void commit()}
      // One way to commit: leaving. A second one would run twice, because a field that is being saved loses the focus.
      onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
      min={min}
      max={max}
      allowDecimal={false}
      placeholder={nullable ? settingsTexts.empty : ''}
      hideControls
    />
  );
}

type SettingChoiceProps<Name extends NamesOf<string>> = RowTexts & {
  readonly name: Name;
  readonly choices: Readonly<Record<Settings[Name], string>>;
};

export function SettingChoice<Name extends NamesOf<string>>({ choices, ...row }: SettingChoiceProps<Name>) {
  return (
    <SettingControl
      {...row}
      control={({ value, change, attributes }) => (
        <Select
          {...attributes}
          w={210}
          data={Object.entries<string>(choices).map(([choice, label]) => ({ value: choice, label }))}
          value={value ?? null}
          onChange={(choice) => void change(choice as Settings[Name])}
          allowDeselect={false}
        />
      )}
    />
  );
}

type SettingListProps = RowTexts & {
  readonly name: NamesOf<string[]>;
  /** What is wrong with a list, said beside it before it is sent. */
  readonly wrong?: (list: readonly string[]) => string | undefined;
  /** What is asked before a list takes the place of another. */
  readonly ask?: (list: readonly string[], before: readonly string[]) => Question | undefined;
};

const nothing = () => undefined;

export function SettingList({ wrong = nothing, ask = nothing, ...row }: SettingListProps) {
  return <SettingControl {...row} control={(field) => <ListField {...field} wrong={wrong} ask={ask} />} />;
}

type ListFieldProps = SettingField<string[]> & Required<Pick<SettingListProps, 'wrong' | 'ask'>>;

function ListField({ value, change, attributes, wrong, ask }: ListFieldProps) {
  const { confirm } = useAsk();
  // What cannot be sent as it is, until it can.
  const [draft, setDraft] = useState<readonly string[]>();

  function put(list: string[]): void {
    const isWrong = wrong(list) !== undefined;
    setDraft(isWrong ? list : undefined);
    if (!isWrong) void putAfterAsking(list);
  }

  async function putAfterAsking(list: string[]): Promise<void> {
    const question = ask(list, value ?? []);
    if (!question || (await confirm(question))) await change(list);
  }

  return (
    <TagsInput
      {...attributes}
      w={{ base: 170, sm: 260 }}
      value={[...(draft ?? value ?? [])]}
      onChange={put}
      error={draft && wrong(draft)}
    />
  );
}

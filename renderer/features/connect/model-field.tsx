// The model that is filled into a snippet: one of those that the model servers list, or any name typed in.

import { Autocomplete } from '@mantine/core';
import { connectTexts as texts } from '../../texts/connect-texts.ts';

type ModelFieldProps = {
  readonly models: readonly string[];
  readonly value: string;
  readonly onChange: (model: string) => void;
};

export function ModelField({ models, value, onChange }: ModelFieldProps) {
  return (
    <Autocomplete
      label={texts.model}
      placeholder={texts.modelPlaceholder}
      description={models.length === 0 ? texts.noModels : undefined}
      data={[...models]}
      value={value}
      onChange={onChange}
      // All of them as long as the text is one of them: to choose another one nobody should have to clear it first.
      filter={({ options, search }) =>
        models.includes(search)
          ? options
          : options.filter((option) => 'label' in option && option.label.toLowerCase().includes(search.toLowerCase()))
      }
      selectFirstOptionOnChange={false}
      comboboxProps={{ withinPortal: false }}
      maxDropdownHeight={260}
      spellCheck={false}
    />
  );
}

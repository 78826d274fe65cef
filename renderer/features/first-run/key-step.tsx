// The first key: a name, and it is made. It is shown in the next step, where it is used.

import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import type { CreatedKey } from '../../../shared/model.ts';
import { useCreateKey } from '../../api/create-key.ts';
import { firstRunTexts } from '../../texts/first-run-texts.ts';

const { key: texts, skip: skipWord, next: nextWord } = firstRunTexts;

type KeyStepProps = {
  readonly created: CreatedKey | undefined;
  readonly made: (created: CreatedKey) => void;
  readonly skip: () => void;
};

export function KeyStep({ created, made, skip }: KeyStepProps) {
  const { create, isPending } = useCreateKey();
  const form = useForm({ initialValues: { name: texts.suggested } });
  if (created) {
    return (
      <Group gap="sm" justify="space-between">
        {texts.summary(created.facts.name)}
        <Button onClick={skip}>{nextWord}</Button>
      </Group>
    );
  }
  return (
    <form
      onSubmit={form.onSubmit(({ name }) => {
        void create({ name: name.trim() || texts.suggested }).then((key) => key && made(key));
      })}
    >
      <TextInput
        label={texts.name}
        description={texts.nameHint}
        maxLength={80}
        maw={420}
        {...form.getInputProps('name')}
      />
      <Group gap="sm" mt="md">
        <Button type="submit" loading={isPending}>
          {texts.create}
        </Button>
        <Button variant="subtle" color="gray" onClick={skip}>
          {skipWord}
        </Button>
      </Group>
    </form>
  );
}

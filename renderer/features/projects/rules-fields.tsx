// What all keys of a project share: models they may use, names that stand for other models, and a model server of its own.

import { ActionIcon, Autocomplete, Button, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useStatus } from '../../api/api-context.tsx';
import { keyFormTexts } from '../../texts/key-form-texts.ts';
import { projectTexts } from '../../texts/project-texts.ts';
import { modelsOf } from '../connect/model-choice.ts';
import type { Wrong } from '../keys/policy-draft.ts';
import type { AliasDraft, ProjectDraft } from './project-draft.ts';

const { form: texts } = projectTexts;

type RulesFieldsProps = {
  readonly draft: ProjectDraft;
  readonly change: (patch: Partial<ProjectDraft>) => void;
  readonly wrong: Wrong;
};

export function RulesFields({ draft, change, wrong }: RulesFieldsProps) {
  const { data: status } = useStatus();
  const models = [...modelsOf(status)];
  const servers = (status?.upstreams ?? []).map(({ id, name }) => ({ value: id, label: name }));
  return (
    <Stack gap="sm">
      <TagsInput
        label={texts.models}
        description={texts.modelsHint}
        placeholder={draft.models.length === 0 ? keyFormTexts.modelsPlaceholder : ''}
        data={models}
        value={[...draft.models]}
        onChange={(chosen) => change({ models: chosen })}
        acceptValueOnBlur
      />
      <Aliases draft={draft} change={change} wrong={wrong} models={models} />
      <Select
        label={texts.server}
        data={[{ value: '', label: texts.anyServer }, ...servers]}
        value={draft.upstreamId ?? ''}
        onChange={(id) => change({ upstreamId: id === '' ? null : id })}
        allowDeselect={false}
      />
    </Stack>
  );
}

/** One line for the fold. */
export function useRulesSummary({ models, aliases, upstreamId, echo, environment }: ProjectDraft): string {
  const { data: status } = useStatus();
  const server = status?.upstreams.find(({ id }) => id === upstreamId)?.name ?? '';
  const [only] = models;
  const said =
    only === undefined
      ? keyFormTexts.summary.allModels
      : models.length === 1
        ? only
        : keyFormTexts.summary.models(models.length);
  return texts.rulesSummary(said, aliases.length, echo && environment === 'test' ? projectTexts.echo : server);
}

function Aliases({ draft, change, wrong, models }: RulesFieldsProps & { readonly models: readonly string[] }) {
  const patch = (id: string, part: Partial<AliasDraft>) =>
    change({ aliases: draft.aliases.map((alias) => (alias.id === id ? { ...alias, ...part } : alias)) });
  return (
    <Stack gap={6}>
      <Text size="sm" fw={500}>
        {texts.aliases}
      </Text>
      <Text size="xs" c="dimmed">
        {texts.aliasesHint}
      </Text>
      {draft.aliases.map(({ id, name, model }, at) => (
        <div key={id} className="kh-alias">
          <TextInput
            size="xs"
            aria-label={texts.alias(at + 1)}
            placeholder={texts.aliasName}
            value={name}
            onChange={({ currentTarget }) => patch(id, { name: currentTarget.value })}
          />
          <Autocomplete
            size="xs"
            aria-label={texts.aliasModel(at + 1)}
            placeholder={texts.aliasTarget}
            data={[...models]}
            value={model}
            onChange={(chosen) => patch(id, { model: chosen })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={texts.removeAlias(at + 1)}
            onClick={() => change({ aliases: draft.aliases.filter((alias) => alias.id !== id) })}
          >
            <IconTrash size={15} />
          </ActionIcon>
        </div>
      ))}
      {wrong['aliases'] !== undefined && (
        <Text size="xs" c="var(--kh-bad)" role="alert">
          {wrong['aliases']}
        </Text>
      )}
      <div>
        <Button
          size="xs"
          variant="default"
          leftSection={<IconPlus size={14} />}
          onClick={() => change({ aliases: [...draft.aliases, { id: `new-${Date.now()}`, name: '', model: '' }] })}
        >
          {texts.addAlias}
        </Button>
      </div>
    </Stack>
  );
}

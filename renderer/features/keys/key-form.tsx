// The form behind New key, Duplicate and Edit: a name, and everything else folded away with good defaults.

import { Accordion, Autocomplete, Button, NumberInput, Select, Stack, TagsInput, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import type { CreatedKey, KeyFacts } from '../../../shared/model.ts';
import { useApi, useProjects, useStatus } from '../../api/api-context.tsx';
import { useSetting } from '../../api/settings-access.ts';
import { keysTexts } from '../../texts/keys-texts.ts';
import { formatDate } from '../../ui/format.ts';

const { form: texts } = keysTexts;
const dayMs = 86_400_000;
const expiryDays = { day: 1, week: 7, month: 30, quarter: 90, year: 365 } as const;
type Expiry = 'never' | 'keep' | keyof typeof expiryDays;

type Values = {
  readonly name: string;
  readonly project: string;
  readonly expiry: Expiry;
  readonly rpm: number | '';
  readonly parallel: number | '';
  readonly models: readonly string[];
};

type KeyFormProps = {
  readonly edited?: KeyFacts | undefined;
  /** Takes this key's limits as a beginning. */
  readonly like?: KeyFacts | undefined;
  readonly onCreated: (created: CreatedKey) => void;
  readonly onEdited: () => void;
};

export function KeyForm(props: KeyFormProps) {
  const defaultRpm = useSetting('keys.defaultRpm');
  const defaultParallel = useSetting('keys.defaultParallel');
  if (!defaultRpm || !defaultParallel) return null;
  const from = props.edited ?? props.like;
  const limits = from?.limits ?? { rpm: defaultRpm.value, parallel: defaultParallel.value };
  return (
    <Fields
      {...props}
      initial={{
        name: props.edited?.name ?? (props.like ? texts.copyOf(props.like.name) : ''),
        project: from?.project ?? '',
        expiry: props.edited && props.edited.expiresAt !== null ? 'keep' : 'never',
        rpm: limits.rpm ?? '',
        parallel: limits.parallel ?? '',
        models: from?.models ?? [],
      }}
    />
  );
}

function Fields({ edited, initial, onCreated, onEdited }: KeyFormProps & { readonly initial: Values }) {
  const { client } = useApi();
  const nameField = useRef<HTMLInputElement>(null);
  // The dialog may have opened before this form was ready to take the focus.
  useEffect(() => nameField.current?.focus(), []);
  const { data: status } = useStatus();
  const { data: projectList = [] } = useProjects();
  const form = useForm<Values>({
    mode: 'controlled',
    initialValues: initial,
    validate: {
      name: (name) => (name.trim() === '' ? texts.nameNeeded : name.trim().length > 80 ? texts.nameLong : null),
    },
  });
  // Not through the query cache: the answer to a new key carries its secret.
  const submit = useMutation({
    mutationFn: (values: Values) =>
      edited
        ? client.keys.edit({ ref: edited.id, ...editOf(values) }).then(onEdited)
        : client.keys.create(newOf(values)).then(onCreated),
    gcTime: 0,
  });
  const models = [...new Set(status?.upstreams.flatMap((upstream) => upstream.models))];
  const projects = projectList.filter(({ archivedAt }) => archivedAt === null).map(({ name }) => name);
  const expiries = Object.entries(texts.expiry)
    .filter(([value]) => value !== 'keep' || initial.expiry === 'keep')
    .map(([value, label]) => ({
      value,
      label: value === 'keep' && edited?.expiresAt ? `${label}: ${formatDate(edited.expiresAt)}` : label,
    }));

  return (
    <form onSubmit={form.onSubmit((values) => submit.mutate(values))} aria-label={edited ? texts.save : texts.create}>
      <Stack>
        <TextInput
          label={texts.name}
          placeholder={texts.nameHint}
          data-autofocus
          ref={nameField}
          maxLength={80}
          {...form.getInputProps('name')}
        />
        <Accordion variant="contained" defaultValue={edited ? 'limits' : null}>
          <Accordion.Item value="limits">
            <Accordion.Control>{texts.limits}</Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm">
                <Select label={texts.expires} data={expiries} allowDeselect={false} {...form.getInputProps('expiry')} />
                <NumberInput
                  label={texts.rpm}
                  description={texts.rpmHint}
                  min={0}
                  max={1_000_000}
                  allowDecimal={false}
                  {...form.getInputProps('rpm')}
                />
                <NumberInput
                  label={texts.parallel}
                  description={texts.parallelHint}
                  min={1}
                  max={100_000}
                  allowDecimal={false}
                  {...form.getInputProps('parallel')}
                />
                <TagsInput
                  label={texts.models}
                  description={texts.modelsHint}
                  data={models}
                  clearable
                  {...form.getInputProps('models')}
                />
                <Autocomplete
                  label={texts.project}
                  description={texts.projectHint}
                  data={projects}
                  maxLength={80}
                  {...form.getInputProps('project')}
                />
              </Stack>
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Button type="submit" loading={submit.isPending}>
          {edited ? texts.save : texts.create}
        </Button>
      </Stack>
    </form>
  );
}

function newOf({ name, project, expiry, rpm, parallel, models }: Values) {
  return {
    name: name.trim(),
    // A name that is not there yet makes its project.
    ...(project.trim() === '' ? {} : { project: project.trim(), newProject: true }),
    ...(expiry === 'never' || expiry === 'keep' ? {} : { expiresAt: Date.now() + expiryDays[expiry] * dayMs }),
    rpm: rpm === '' ? null : rpm,
    parallel: parallel === '' ? null : parallel,
    ...(models.length === 0 ? {} : { models: [...models] }),
  };
}

function editOf(values: Values) {
  const { project, expiresAt, models, ...rest } = newOf(values);
  return {
    ...rest,
    project: project ?? null,
    models: models ?? null,
    ...(values.expiry === 'keep' ? {} : { expiresAt: expiresAt ?? null }),
  };
}

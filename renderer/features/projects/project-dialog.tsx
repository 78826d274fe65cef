// Makes a project or changes one: name, colour and environment; what its keys share and what new ones begin with folded away.

import '../keys/policy-groups.css';
import {
  Accordion,
  Button,
  Group,
  Modal,
  SegmentedControl,
  Select,
  Stack,
  Switch,
  Text,
  TextInput,
} from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { type ProjectFacts, projectColours } from '../../../shared/project-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { projectTexts } from '../../texts/project-texts.ts';
import { ProjectMark } from '../../ui/project-mark.tsx';
import { BudgetFields } from '../keys/budget-fields.tsx';
import type { PolicyDraft, PolicySource, Wrong } from '../keys/policy-draft.ts';
import { RotateField } from '../keys/policy-fields.tsx';
import { Fold, PolicyGroups } from '../keys/policy-groups.tsx';
import { budgetsSummary, wholeSummary } from '../keys/policy-words.ts';
import { useNewKeySource } from '../keys/use-new-key-source.ts';
import { type Lifetime, type ProjectDraft, projectDraftOf, projectInputOf, wrongWithProject } from './project-draft.ts';
import { RulesFields, useRulesSummary } from './rules-fields.tsx';

const { form: texts, environments } = projectTexts;

type ProjectDialogProps = {
  readonly edited?: ProjectFacts | undefined;
  readonly onClose: () => void;
  readonly onDone?: ((project: ProjectFacts) => void) | undefined;
};

export function ProjectDialog(props: ProjectDialogProps) {
  const { edited, onClose } = props;
  const usual = useNewKeySource();
  useFocusReturn({ opened: true });
  return (
    <Modal opened onClose={onClose} title={edited ? texts.editTitle(edited.name) : texts.newTitle} size={540}>
      {usual && <Fields {...props} usual={usual} />}
    </Modal>
  );
}

function Fields({ edited, onClose, onDone, usual }: ProjectDialogProps & { readonly usual: PolicySource }) {
  const [draft, setDraft] = useState(() => projectDraftOf(edited, usual));
  const [tried, setTried] = useState(false);
  const [open, setOpen] = useState<readonly string[]>([]);
  const { save, isPending } = useSave({ edited, onClose, onDone });
  const found = wrongWithProject(draft);
  const wrong: Wrong = tried ? found : {};
  const change = (patch: Partial<ProjectDraft>) => setDraft((before) => ({ ...before, ...patch }));
  const changeDefaults = (patch: Partial<PolicyDraft>) =>
    setDraft((before) => ({ ...before, defaults: { ...before.defaults, ...patch } }));
  const opened = [...open, ...foldsWith(wrong, draft)];
  const rules = useRulesSummary(draft);
  return (
    <form
      noValidate
      aria-label={edited ? texts.save : texts.create}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(found).length === 0) save(projectInputOf(draft, edited, usual));
      }}
    >
      <Stack>
        <TextInput
          label={texts.name}
          placeholder={texts.nameHint}
          data-autofocus
          maxLength={80}
          value={draft.name}
          error={wrong['name']}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
        />
        <LooksFields draft={draft} change={change} />
        <Accordion variant="contained" multiple value={[...new Set(opened)]} onChange={setOpen} keepMounted={false}>
          <Accordion.Item value="rules">
            <Accordion.Control>
              <Fold title={texts.rules} summary={rules} />
            </Accordion.Control>
            <Accordion.Panel>
              <RulesFields draft={draft} change={change} wrong={wrong} />
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="budgets">
            <Accordion.Control>
              <Fold title={texts.budgets} summary={budgetsSummary(draft.budgets)} />
            </Accordion.Control>
            <Accordion.Panel>
              <BudgetFields draft={draft} change={change} wrong={wrong} />
            </Accordion.Panel>
          </Accordion.Item>
          <Accordion.Item value="defaults">
            <Accordion.Control>
              <Fold title={texts.defaults} summary={wholeSummary(draft.defaults)} />
            </Accordion.Control>
            <Accordion.Panel>
              <Stack gap="sm" pb={14}>
                <Text size="xs" c="dimmed">
                  {texts.defaultsHint}
                </Text>
                <div className="kh-pair">
                  <LifetimeField draft={draft} change={change} />
                  <RotateField draft={draft.defaults} change={changeDefaults} />
                </div>
              </Stack>
              <PolicyGroups draft={draft.defaults} change={changeDefaults} wrong={wrong} />
            </Accordion.Panel>
          </Accordion.Item>
        </Accordion>
        <Button type="submit" loading={isPending}>
          {edited ? texts.save : texts.create}
        </Button>
      </Stack>
    </form>
  );
}

/** The folds in which something is wrong. */
function foldsWith(wrong: Wrong, { budgets }: ProjectDraft): readonly string[] {
  const folds = Object.keys(wrong).filter((field) => field !== 'name');
  return folds.map((field) =>
    field === 'aliases' ? 'rules' : budgets.some(({ id }) => id === field) ? 'budgets' : 'defaults',
  );
}

function useSave({ edited, onClose, onDone }: ProjectDialogProps) {
  const calls = useCalls();
  const done = (project: ProjectFacts) => {
    onClose();
    onDone?.(project);
  };
  const create = useMutation(calls.projects.create.mutationOptions({ onSuccess: done }));
  const edit = useMutation(calls.projects.edit.mutationOptions({ onSuccess: done }));
  return {
    save: (input: ReturnType<typeof projectInputOf>) =>
      edited ? edit.mutate({ ref: edited.id, ...input }) : create.mutate(input),
    isPending: create.isPending || edit.isPending,
  };
}

type FieldProps = { readonly draft: ProjectDraft; readonly change: (patch: Partial<ProjectDraft>) => void };

function LooksFields({ draft, change }: FieldProps) {
  return (
    <>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500}>
          {texts.colour}
        </Text>
        <fieldset className="kh-colours" aria-label={texts.colour}>
          {projectColours.map((colour) => (
            <label key={colour} title={texts.colours[colour]}>
              <input
                type="radio"
                name="colour"
                aria-label={texts.colours[colour]}
                checked={draft.colour === colour}
                onChange={() => change({ colour })}
              />
              <ProjectMark colour={colour} />
            </label>
          ))}
        </fieldset>
      </Group>
      <Group justify="space-between" gap="xs">
        <Text size="sm" fw={500}>
          {texts.environment}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={texts.environment}
          data={Object.entries(environments).map(([value, label]) => ({ value, label }))}
          value={draft.environment}
          onChange={(environment) => change({ environment: environment as ProjectDraft['environment'] })}
        />
      </Group>
      {draft.environment === 'test' && (
        <Switch
          label={texts.echo}
          description={texts.echoHint}
          checked={draft.echo}
          onChange={({ currentTarget }) => change({ echo: currentTarget.checked })}
        />
      )}
    </>
  );
}

function LifetimeField({ draft, change }: FieldProps) {
  const choices = [
    ...(draft.lifetime === 'keep' ? [{ value: 'keep', label: texts.keep }] : []),
    ...Object.entries(texts.lifetimes).map(([value, label]) => ({ value, label })),
  ];
  return (
    <Select
      label={texts.lifetime}
      data={choices}
      allowDeselect={false}
      value={draft.lifetime}
      onChange={(lifetime) => change({ lifetime: lifetime as Lifetime })}
    />
  );
}

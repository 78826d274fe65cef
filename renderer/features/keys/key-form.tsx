// The form behind New key, Admin key, Duplicate and Edit: a name, and everything else folded away with good defaults. Says
// what is wrong beside the field; keeps no secret.

import { Accordion, Autocomplete, Button, Select, Stack, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { CreatedKey, KeyFacts, KeyKind } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { useApi, useProjects } from '../../api/api-context.tsx';
import { useAbilities, useMe } from '../../api/me.ts';
import { keyFormTexts as texts } from '../../texts/key-form-texts.ts';
import { formatDate } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import {
  type Expiry,
  editInputOf,
  expiryChoices,
  expiryIn,
  type KeyDraft,
  keyDraftOf,
  newInputOf,
  usualExpiry,
  wrongWith,
} from './key-draft.ts';
import { onNewBase, type PolicyDraft, type PolicySource, policyDraftOf } from './policy-draft.ts';
import { RotateField } from './policy-fields.tsx';
import { Fold, PolicyGroups } from './policy-groups.tsx';
import { wholeSummary } from './policy-words.ts';
import { sourceIn } from './project-source.ts';
import { useNewKeySource } from './use-new-key-source.ts';

type KeyFormProps = {
  readonly edited?: KeyFacts | undefined;
  /** Takes this key's limits as a beginning. */
  readonly like?: KeyFacts | undefined;
  readonly kind: KeyKind;
  /** Name of the project that a new key begins in. */
  readonly project?: string | undefined;
  readonly onCreated: (created: CreatedKey) => void;
  readonly onEdited: () => void;
};

export function KeyForm(props: KeyFormProps) {
  const usual = useNewKeySource();
  const projects = useProjects();
  const from = props.edited ?? props.like ?? usual;
  if (!from || !usual || projects.isLoading) return null;
  return <Fields {...props} from={from} projects={projects.data ?? []} lifeMs={usual.expiresInMs} />;
}

type FieldsProps = KeyFormProps & {
  readonly from: PolicySource;
  readonly projects: readonly ProjectFacts[];
  /** Of a new key where nobody says. */
  readonly lifeMs: number | null;
};

function Fields({ edited, like, kind, project, onCreated, onEdited, from, projects, lifeMs }: FieldsProps) {
  const { client } = useApi();
  const admin = kind === 'admin';
  const { sees } = useAbilities();
  const limited = (useMe().data?.person?.limits.expiresDays ?? null) !== null && !sees;
  const usual = usualExpiry(kind, lifeMs);
  const nameField = useRef<HTMLInputElement>(null);
  // The dialog may have opened before this form was ready to take the focus.
  useEffect(() => nameField.current?.focus(), []);
  const [initial] = useState(() => keyDraftOf({ edited, like, policy: policyDraftOf(from), usual }));
  const inProject = (before: Begun, chosen: string) => begunIn(before, { from, chosen, projects, usual });
  const [{ draft }, setBegun] = useState<Begun>(() => {
    const begun = { draft: initial, base: initial.policy };
    return project === undefined ? begun : inProject(begun, project);
  });
  const [tried, setTried] = useState(false);
  const found = useMemo(() => wrongWith(draft, kind), [draft, kind]);
  const wrong = tried ? found : {};
  const change = (patch: Partial<KeyDraft>) =>
    setBegun((before) => ({ ...before, draft: { ...before.draft, ...patch } }));
  const choose = (chosen: string) =>
    edited || like ? change({ project: chosen }) : setBegun((before) => inProject(before, chosen));
  // Not through the query cache: the answer to a new key carries its secret.
  const submit = useMutation({
    mutationFn: () =>
      edited
        ? client.keys.edit({ ref: edited.id, ...editInputOf(initial, draft, kind) }).then(onEdited)
        : client.keys.create(newInputOf(draft, kind)).then(onCreated),
    gcTime: 0,
  });
  const act = edited ? texts.save : admin ? texts.createAdmin : texts.create;
  const [folded, setFolded] = useState<string | null>(edited ? 'limits' : null);
  const inside = Object.keys(wrong).some((field) => field !== 'name');

  return (
    <form
      aria-label={act}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (Object.keys(found).length === 0) submit.mutate();
        else if (found['name'] !== undefined) nameField.current?.focus();
      }}
    >
      <Stack>
        {admin && !edited && (
          <Notice tone="limited" role="note">
            {texts.adminAbout}
          </Notice>
        )}
        <TextInput
          label={texts.name}
          placeholder={admin ? texts.adminNameHint : texts.nameHint}
          data-autofocus
          ref={nameField}
          maxLength={80}
          value={draft.name}
          error={wrong['name']}
          onChange={({ currentTarget }) => change({ name: currentTarget.value })}
        />
        {admin ? (
          <ExpiryFields {...{ draft, change, kind, edited, lifeMs }} wrong={wrong['expires']} />
        ) : (
          <Accordion
            variant="contained"
            value={inside ? 'limits' : folded}
            onChange={setFolded}
            styles={{ content: { paddingTop: 4 } }}
          >
            <Accordion.Item value="limits">
              <Accordion.Control>
                <Fold title={texts.limits} summary={folded === null && !inside ? wholeSummary(draft.policy) : ''} />
              </Accordion.Control>
              <Accordion.Panel>
                <div className="kh-pair">
                  <ExpiryFields {...{ draft, change, kind, edited, lifeMs, limited }} wrong={wrong['expires']} />
                  {sees && <ProjectField value={draft.project} choose={choose} projects={projects} />}
                  <RotateField
                    draft={draft.policy}
                    change={(patch) => change({ policy: { ...draft.policy, ...patch } })}
                  />
                </div>
                <div style={{ height: 14 }} />
                <PolicyGroups
                  draft={draft.policy}
                  change={(patch) => change({ policy: { ...draft.policy, ...patch } })}
                  wrong={wrong}
                />
              </Accordion.Panel>
            </Accordion.Item>
          </Accordion>
        )}
        <Button type="submit" loading={submit.isPending}>
          {act}
        </Button>
      </Stack>
    </form>
  );
}

/** The draft, and what it began with: what nobody touched follows the project that is chosen. */
type Begun = { readonly draft: KeyDraft; readonly base: PolicyDraft };
type InProject = {
  readonly from: PolicySource;
  readonly chosen: string;
  readonly projects: readonly ProjectFacts[];
  readonly usual: Expiry;
};

function begunIn({ draft, base }: Begun, { from, chosen, projects, usual }: InProject): Begun {
  const defaults = projects.find(({ name }) => name === chosen.trim())?.defaults;
  const next = policyDraftOf(sourceIn(from, defaults));
  const policy = onNewBase(draft.policy, base, next);
  return { draft: { ...draft, project: chosen, expiry: expiryIn(draft.expiry, usual, defaults), policy }, base: next };
}

type FieldProps = { readonly draft: KeyDraft; readonly change: (patch: Partial<KeyDraft>) => void };

type ExpiryFieldsProps = FieldProps & {
  readonly kind: KeyKind;
  readonly edited: KeyFacts | undefined;
  readonly lifeMs: number | null;
  /** Whether the owner gave an end that no key of theirs outlives. */
  readonly limited?: boolean;
  readonly wrong: string | undefined;
};

function ExpiryFields({ draft, change, kind, edited, lifeMs, limited = false, wrong }: ExpiryFieldsProps) {
  const rules = { kind, usual: usualExpiry(kind, lifeMs), chosen: draft.expiry, limited };
  const label = (value: Expiry) => {
    if (value === 'keep' && edited?.expiresAt) return `${texts.expiry.keep}: ${formatDate(edited.expiresAt)}`;
    return value === 'usual' && lifeMs !== null ? texts.usually(Math.round(lifeMs / 86_400_000)) : texts.expiry[value];
  };
  const choices = expiryChoices(rules, edited).map((value) => ({ value, label: label(value) }));
  return (
    <>
      <Select
        label={texts.expires}
        data={choices}
        allowDeselect={false}
        value={draft.expiry}
        onChange={(expiry) => change({ expiry: expiry as Expiry })}
        error={draft.expiry === 'own' ? undefined : wrong}
      />
      {draft.expiry === 'own' && (
        <TextInput
          type="date"
          label={texts.expiresOn}
          value={draft.expiresOn}
          error={wrong}
          onChange={({ currentTarget }) => change({ expiresOn: currentTarget.value })}
        />
      )}
    </>
  );
}

type ProjectFieldProps = {
  readonly value: string;
  readonly choose: (project: string) => void;
  readonly projects: readonly ProjectFacts[];
};

function ProjectField({ value, choose, projects }: ProjectFieldProps) {
  const alive = projects.filter(({ archivedAt }) => archivedAt === null).map(({ name }) => name);
  const name = value.trim();
  return (
    <Autocomplete
      label={texts.project}
      placeholder={texts.projectNone}
      data={alive}
      maxLength={80}
      value={value}
      onChange={choose}
      description={name !== '' && !projects.some((project) => project.name === name) ? texts.projectNew : undefined}
      inputWrapperOrder={['label', 'input', 'description', 'error']}
    />
  );
}

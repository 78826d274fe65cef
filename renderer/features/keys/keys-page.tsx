// All keys: found, filtered and sorted here, made, changed and ended through their dialogs.

import { ActionIcon, Button, Group, Menu, SegmentedControl, Select, TextInput } from '@mantine/core';
import { IconChevronDown, IconFileImport, IconKey, IconPlus, IconSearch, IconShieldLock } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useLocation } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import { useKeys, useProjects } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { projectTexts } from '../../texts/project-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { VaultNotice } from '../../ui/vault-notice.tsx';
import { type KeyDialog, KeyDialogs } from './key-dialogs.tsx';
import { Reminders } from './key-notices.tsx';
import { hasEnded } from './key-state.ts';
import { KeyTable } from './key-table.tsx';
import { KeysTabs } from './keys-tabs.tsx';
import { everybody, isOf, PersonChoice } from './person-choice.tsx';

const everyProject = 'every';
const noProject = 'none';

const ImportDialog = lazy(() =>
  import('../transfer/import-dialog.tsx').then(({ ImportDialog: dialog }) => ({ default: dialog })),
);

type Filter = keyof typeof texts.filters;

const fits: Readonly<Record<Filter, (key: KeyFacts) => boolean>> = {
  all: () => true,
  active: ({ status }) => status === 'active',
  paused: ({ status }) => status === 'paused',
  ended: hasEnded,
};

export function KeysPage({ creating }: { readonly creating?: 'new' | 'new-admin' }) {
  const [, go] = useLocation();
  const keys = useKeys();
  const { makesKeys, sees, owns } = useAbilities();
  const [text, setText] = useState('');
  const [filter, setFilter] = useState<Filter>('all');
  const [project, setProject] = useState(everyProject);
  const [person, setPerson] = useState(everybody);
  const [opened, setOpened] = useState<KeyDialog>();
  const dialog: KeyDialog | undefined =
    creating && (creating === 'new' ? makesKeys : owns) ? { kind: creating } : opened;
  function showAll(): void {
    setText('');
    setFilter('all');
    setProject(everyProject);
    setPerson(everybody);
  }

  function close(): void {
    setOpened(undefined);
    if (creating) go('/keys', { replace: true });
  }

  return (
    <Page title={texts.title} actions={makesKeys && <NewKey open={setOpened} />}>
      <KeysTabs at="keys">
        <TextInput
          size="xs"
          w={200}
          leftSection={<IconSearch size={14} />}
          placeholder={commonTexts.search}
          aria-label={texts.search}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
        {sees && <PersonChoice chosen={person} choose={setPerson} />}
        {sees && <ProjectChoice chosen={project} choose={setProject} />}
        <SegmentedControl
          size="xs"
          aria-label={texts.filter}
          data={Object.entries(texts.filters).map(([value, label]) => ({ value, label }))}
          value={filter}
          onChange={(value) => setFilter(value as Filter)}
        />
      </KeysTabs>
      <VaultNotice />
      <Reminders />
      <Panel flush>
        <Answer query={keys} lines={6}>
          {(all) => {
            const shown = all.filter(
              (key) => fits[filter](key) && isIn(key, project) && isOf(key, person) && matches(key, text),
            );
            if (all.length === 0)
              return <NoKeys {...(makesKeys ? { onMake: () => setOpened({ kind: 'new' }) } : {})} />;
            if (shown.length === 0) return <NothingFits onShowAll={showAll} />;
            return <KeyTable keys={shown} open={setOpened} />;
          }}
        </Answer>
      </Panel>
      <KeyDialogs dialog={dialog} onClose={close} />
    </Page>
  );
}

type ProjectChoiceProps = { readonly chosen: string; readonly choose: (project: string) => void };

function ProjectChoice({ chosen, choose }: ProjectChoiceProps) {
  const { data: projects = [] } = useProjects();
  if (projects.length === 0) return null;
  return (
    <Select
      size="xs"
      w={150}
      aria-label={projectTexts.filter}
      data={[
        { value: everyProject, label: projectTexts.all },
        ...projects.map(({ id, name }) => ({ value: id, label: name })),
        { value: noProject, label: projectTexts.none },
      ]}
      value={chosen}
      onChange={(project) => choose(project ?? everyProject)}
      allowDeselect={false}
    />
  );
}

function isIn({ projectId }: KeyFacts, project: string): boolean {
  return project === everyProject || (projectId ?? noProject) === project;
}

function NewKey({ open }: { readonly open: (dialog: KeyDialog) => void }) {
  const { manages, owns } = useAbilities();
  const [importing, setImporting] = useState(false);
  if (!manages) {
    return (
      <Button leftSection={<IconPlus size={16} />} onClick={() => open({ kind: 'new' })}>
        {texts.newKey}
      </Button>
    );
  }
  return (
    <Group gap={1} wrap="nowrap">
      <Button
        leftSection={<IconPlus size={16} />}
        style={{ borderStartEndRadius: 0, borderEndEndRadius: 0 }}
        onClick={() => open({ kind: 'new' })}
      >
        {texts.newKey}
      </Button>
      <Menu>
        <Menu.Target>
          <ActionIcon size={36} aria-label={texts.more} style={{ borderStartStartRadius: 0, borderEndStartRadius: 0 }}>
            <IconChevronDown size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {owns && (
            <Menu.Item leftSection={<IconShieldLock size={15} />} onClick={() => open({ kind: 'new-admin' })}>
              {texts.newAdmin}…
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconFileImport size={15} />} onClick={() => setImporting(true)}>
            {texts.importKeys}…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {importing && (
        <Suspense fallback={null}>
          <ImportDialog onClose={() => setImporting(false)} />
        </Suspense>
      )}
    </Group>
  );
}

function matches({ id, name, project }: KeyFacts, text: string): boolean {
  const wanted = text.trim().toLowerCase();
  return [id, name, project ?? ''].some((part) => part.toLowerCase().includes(wanted));
}

function NoKeys({ onMake }: { readonly onMake?: () => void }) {
  return (
    <Empty icon={IconKey} title={texts.empty} action={onMake && <Button onClick={onMake}>{texts.makeFirst}</Button>}>
      {texts.emptyHint}
    </Empty>
  );
}

function NothingFits({ onShowAll }: { readonly onShowAll: () => void }) {
  return (
    <Empty
      icon={IconSearch}
      title={texts.nothingFits}
      action={
        <Button variant="default" onClick={onShowAll}>
          {texts.showAll}
        </Button>
      }
    >
      {texts.nothingFitsHint}
    </Empty>
  );
}

// One project: what its keys share, what new ones begin with, its keys and what they used.

import { Anchor, Button, Group, SimpleGrid, Stack } from '@mantine/core';
import { IconChevronLeft, IconFolderOff, IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { useCalls, useKeys, useProjects, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { limitTexts } from '../../texts/limit-texts.ts';
import { projectTexts as texts } from '../../texts/project-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';
import { Empty } from '../../ui/empty.tsx';
import { type FactRows, Facts } from '../../ui/facts.tsx';
import { formatDate, formatLength, formatMoment } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { ProjectMark } from '../../ui/project-mark.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { type KeyDialog, KeyDialogs } from '../keys/key-dialogs.tsx';
import { KeyTable } from '../keys/key-table.tsx';
import { RecentUsage } from '../keys/key-usage.tsx';
import { policyDraftOf } from '../keys/policy-draft.ts';
import { wholeSummary } from '../keys/policy-words.ts';
import { sourceIn } from '../keys/project-source.ts';
import { useNewKeySource } from '../keys/use-new-key-source.ts';
import { BudgetRows } from '../limits/budget-row.tsx';
import { TopUpDialog } from '../limits/top-up-dialog.tsx';
import { ProjectDialog } from './project-dialog.tsx';
import { ProjectMenu, useProjectActions } from './project-menu.tsx';
import { ProjectPills } from './projects-page.tsx';

const { facts: names } = texts;

export function ProjectPage({ id }: { readonly id: string }) {
  return (
    <Answer query={useProjects()} lines={8}>
      {(projects) => {
        const project = projects.find((one) => one.id === id);
        return project ? <KnownProject project={project} /> : <NoSuchProject />;
      }}
    </Answer>
  );
}

function NoSuchProject() {
  return (
    <DeadEndPage
      icon={IconFolderOff}
      title={texts.notFound}
      says={texts.notFoundHere}
      hint={texts.notFoundHint}
      back={{ href: '/projects', label: texts.back }}
    />
  );
}

function KnownProject({ project }: { readonly project: ProjectFacts }) {
  const [, go] = useLocation();
  const { manages } = useAbilities();
  const [editing, setEditing] = useState(false);
  const [dialog, setDialog] = useState<KeyDialog>();
  const { data: all = [] } = useKeys();
  const keys = all.filter(({ projectId }) => projectId === project.id);
  const newKey = () => setDialog({ kind: 'new', project: project.name });
  return (
    <Page
      title={project.name}
      actions={
        <>
          <Anchor component={Link} href="/projects" size="sm">
            <IconChevronLeft size={14} aria-hidden="true" style={{ verticalAlign: '-2px' }} />
            {texts.back}
          </Anchor>
          <ProjectPills project={project} />
          {manages && project.archivedAt === null && (
            <Button variant="default" leftSection={<IconPlus size={16} />} onClick={newKey}>
              {texts.newKey}
            </Button>
          )}
          <ProjectMenu
            project={project}
            keys={keys}
            edit={() => setEditing(true)}
            onDeleted={() => go('/projects', { replace: true })}
          />
        </>
      }
    >
      <Notices project={project} keys={keys} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing={14}>
        <FactsPanel project={project} />
        <Stack gap={14}>
          {project.budgetStates.length > 0 && <BudgetPanel project={project} />}
          <RecentUsage
            narrow={{ project: project.id }}
            by="key"
            title={texts.usage}
            empty={texts.nothingUsed}
            hint={texts.nothingUsedHint}
          />
        </Stack>
      </SimpleGrid>
      <Panel title={texts.keysHere} flush>
        {keys.length === 0 ? (
          <Empty icon={IconKey} title={texts.noKeys}>
            {texts.noKeysHint}
          </Empty>
        ) : (
          <KeyTable keys={keys} open={setDialog} />
        )}
      </Panel>
      <HistoryPanel kind="project" id={project.id} />
      {editing && <ProjectDialog edited={project} onClose={() => setEditing(false)} />}
      <KeyDialogs dialog={dialog} onClose={() => setDialog(undefined)} />
    </Page>
  );
}

type NoticesProps = { readonly project: ProjectFacts; readonly keys: readonly KeyFacts[] };

function Notices({ project, keys }: NoticesProps) {
  const { unarchive } = useProjectActions(project, keys, undefined);
  return (
    <>
      {!project.readable && <Notice tone="bad">{texts.unreadableHint}</Notice>}
      {project.archivedAt !== null && (
        <Notice
          tone="limited"
          role="note"
          action={
            <Button variant="default" size="xs" onClick={unarchive}>
              {texts.unarchive}
            </Button>
          }
        >
          {texts.archivedHint(formatDate(project.archivedAt))}
        </Notice>
      )}
      {project.echo && (
        <Notice tone="off" role="note">
          {texts.echoHint}
        </Notice>
      )}
    </>
  );
}

function BudgetPanel({ project }: { readonly project: ProjectFacts }) {
  const [toppingUp, setToppingUp] = useState(false);
  const topUp = useMutation(useCalls().projects.topUp.mutationOptions());
  return (
    <Panel
      title={texts.budgets}
      aside={
        <Button variant="default" size="xs" onClick={() => setToppingUp(true)}>
          {limitTexts.topUpAct}
        </Button>
      }
    >
      <ul className="kh-limits">
        <BudgetRows budgets={project.budgetStates} />
      </ul>
      {toppingUp && (
        <TopUpDialog
          name={project.name}
          budgets={project.budgetStates}
          topUp={(add) => topUp.mutateAsync({ ref: project.id, add })}
          onClose={() => setToppingUp(false)}
        />
      )}
    </Panel>
  );
}

function FactsPanel({ project }: { readonly project: ProjectFacts }) {
  const { data: status } = useStatus();
  const usual = useNewKeySource();
  const { upstreamId, echo, defaults } = project;
  const server = status?.upstreams.find(({ id }) => id === upstreamId)?.name ?? texts.goneServer;
  const aliases = Object.entries(project.aliases);
  const hasDefaults = Object.keys(defaults).length > 0;
  const begins = hasDefaults && usual ? wholeSummary(policyDraftOf(sourceIn(usual, defaults))) : texts.asSettings;
  const rows: FactRows = [
    [
      names.id,
      <Group key="id" gap={4} component="span">
        <code>{project.id}</code>
        <CopyIcon text={project.id} what={names.id} />
      </Group>,
    ],
    [names.made, formatMoment(project.createdAt)],
    [
      names.environment,
      <span key="environment" className="kh-project">
        <ProjectMark colour={project.colour} />
        {texts.environments[project.environment]}
      </span>,
    ],
    [names.models, project.models === null ? texts.allModels : project.models.join(', ')],
    [
      names.aliases,
      aliases.length === 0
        ? null
        : aliases.map(([name, model]) => (
            <div key={name}>
              <code>
                {name} → {model}
              </code>
            </div>
          )),
    ],
    [names.server, echo ? texts.echo : upstreamId === null ? texts.anyServer : server],
    [names.begins, begins],
    [names.expires, defaults.expiresInMs ? texts.afterThat(formatLength(defaults.expiresInMs)) : null],
  ];
  return (
    <Panel title={texts.about}>
      <Facts rows={rows} lined />
    </Panel>
  );
}

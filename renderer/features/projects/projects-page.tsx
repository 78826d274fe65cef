// All projects, each with its keys and what they used today.

import { Button, Table, VisuallyHidden } from '@mantine/core';
import { IconFolders, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { useKeys, useProjects } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { projectTexts as texts } from '../../texts/project-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { ProjectName } from '../../ui/project-mark.tsx';
import { KeysTabs } from '../keys/keys-tabs.tsx';
import { BudgetCell } from '../limits/limit-cell.tsx';
import { ProjectDialog } from './project-dialog.tsx';
import { ProjectMenu } from './project-menu.tsx';

type Dialog = { readonly edited: ProjectFacts | undefined };

export function ProjectsPage() {
  const [, go] = useLocation();
  const [dialog, setDialog] = useState<Dialog>();
  const { manages } = useAbilities();
  const make = () => setDialog({ edited: undefined });
  return (
    <Page
      title={texts.title}
      actions={
        manages && (
          <Button leftSection={<IconPlus size={16} />} onClick={make}>
            {texts.newProject}
          </Button>
        )
      }
    >
      <KeysTabs at="projects" />
      <Panel flush>
        <Answer query={useProjects()} lines={5}>
          {(projects) =>
            projects.length === 0 ? (
              <Empty
                icon={IconFolders}
                title={texts.empty}
                action={manages && <Button onClick={make}>{texts.makeFirst}</Button>}
              >
                {texts.emptyHint}
              </Empty>
            ) : (
              <ProjectTable projects={projects} edit={(edited) => setDialog({ edited })} />
            )
          }
        </Answer>
      </Panel>
      {dialog && (
        <ProjectDialog
          edited={dialog.edited}
          onClose={() => setDialog(undefined)}
          onDone={({ id }) => !dialog.edited && go(`/projects/${id}`)}
        />
      )}
    </Page>
  );
}

type ProjectTableProps = {
  readonly projects: readonly ProjectFacts[];
  readonly edit: (project: ProjectFacts) => void;
};

function ProjectTable({ projects, edit }: ProjectTableProps) {
  const { data: keys = [] } = useKeys();
  const { columns } = texts;
  const sorted = [...projects].sort(
    (a, b) => Number(a.archivedAt !== null) - Number(b.archivedAt !== null) || a.name.localeCompare(b.name),
  );
  return (
    <Table className="kh-table" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{columns.name}</Table.Th>
          <Table.Th className="kh-number">{columns.keys}</Table.Th>
          <Table.Th className="kh-number" visibleFrom="sm">
            {columns.requests}
          </Table.Th>
          <Table.Th className="kh-number" visibleFrom="sm">
            {columns.tokens}
          </Table.Th>
          <Table.Th visibleFrom="sm">{columns.budget}</Table.Th>
          <Table.Th visibleFrom="md">{columns.made}</Table.Th>
          <Table.Th w={48}>
            <VisuallyHidden>{texts.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {sorted.map((project) => (
          <ProjectRow
            key={project.id}
            project={project}
            keys={keys.filter(({ projectId }) => projectId === project.id)}
            edit={() => edit(project)}
          />
        ))}
      </Table.Tbody>
    </Table>
  );
}

type ProjectRowProps = {
  readonly project: ProjectFacts;
  readonly keys: readonly KeyFacts[];
  readonly edit: () => void;
};

function ProjectRow({ project, keys, edit }: ProjectRowProps) {
  const requests = keys.reduce((sum, { today }) => sum + today.requests, 0);
  const tokens = keys.reduce((sum, { today }) => sum + today.tokensIn + today.tokensOut, 0);
  const archived = project.archivedAt !== null;
  return (
    <Table.Tr style={archived ? { color: 'var(--mantine-color-dimmed)' } : undefined}>
      <Table.Td style={{ maxWidth: 0, width: '100%' }}>
        <span style={{ display: 'flex', alignItems: 'center', gap: 9, minWidth: 0, fontWeight: archived ? 400 : 600 }}>
          <ProjectName project={project} />
          <ProjectPills project={project} />
        </span>
      </Table.Td>
      <Table.Td className="kh-number">{formatCount(keys.length)}</Table.Td>
      <Table.Td className="kh-number" visibleFrom="sm">
        {formatCount(requests)}
      </Table.Td>
      <Table.Td className="kh-number" visibleFrom="sm">
        {formatCount(tokens)}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        <BudgetCell budgets={project.budgetStates} />
      </Table.Td>
      <Table.Td visibleFrom="md">
        <Moment at={project.createdAt} />
      </Table.Td>
      <Table.Td>
        <ProjectMenu project={project} keys={keys} edit={edit} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What is unusual about it. */
export function ProjectPills({ project }: { readonly project: ProjectFacts }) {
  return (
    <>
      {project.environment === 'test' && <Pill tone="accent">{texts.test}</Pill>}
      {project.archivedAt !== null && <Pill tone="off">{texts.archived}</Pill>}
      {!project.readable && <Pill tone="bad">{texts.unreadable}</Pill>}
    </>
  );
}

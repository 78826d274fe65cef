// Keys in rows, sorted by whichever column is asked for. Long lists keep only what is on screen in the document.

import { Table, Text, UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconChevronDown, IconChevronUp } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { useProjects } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { formatCount } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Dot, Pill } from '../../ui/pill.tsx';
import { ProjectName } from '../../ui/project-mark.tsx';
import { VirtualRows } from '../../ui/virtual-rows.tsx';
import { CapturePill } from '../capture/capture-mark.tsx';
import { LimitCell } from '../limits/limit-cell.tsx';
import type { KeyDialog } from './key-dialogs.tsx';
import { KeyMenu } from './key-menu.tsx';
import { fromA, inOrder, type SortedBy, type Sorting, sortedKeys } from './key-order.ts';
import { hasEnded, stateOfKey } from './key-state.ts';
import { placeOf } from './last-use.ts';

const allColumns: readonly { readonly id: SortedBy; readonly number?: true; readonly from?: 'sm' | 'md' | 'lg' }[] = [
  { id: 'name' },
  { id: 'person', from: 'lg' },
  { id: 'project', from: 'md' },
  { id: 'lastUsed', from: 'sm' },
  { id: 'requests', number: true, from: 'md' },
  { id: 'tokens', number: true, from: 'md' },
  { id: 'limit', from: 'md' },
  { id: 'expires', from: 'sm' },
];

type KeyTableProps = { readonly keys: readonly KeyFacts[]; readonly open: (dialog: KeyDialog) => void };

export function KeyTable({ keys, open }: KeyTableProps) {
  const { data: projects = [] } = useProjects();
  const [sorting, setSorting] = useState<Sorting>({ by: 'lastUsed', descending: true });
  // Rows that change places under the pointer are clicked in place of others: while it is over them, they stay.
  const [held, hold] = useState<readonly string[]>();
  const rows = held ? inOrder(keys, held) : sortedKeys(keys, sorting);
  const { sees } = useAbilities();
  // Whose they are says nothing where all are the same person's or nobody's.
  const ofPeople = sees && new Set(keys.map(({ personId }) => personId)).size > 1;
  const columns = allColumns.filter(({ id }) => id !== 'person' || ofPeople);
  return (
    <Table className="kh-table" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          {columns.map(({ id, number, from }) => (
            <Table.Th
              key={id}
              {...(from ? { visibleFrom: from } : {})}
              className={number ? 'kh-number' : ''}
              aria-sort={sorting.by !== id ? 'none' : sorting.descending ? 'descending' : 'ascending'}
            >
              <SortButton column={id} sorting={sorting} onSort={setSorting} />
            </Table.Th>
          ))}
          <Table.Th w={48}>
            <VisuallyHidden>{texts.columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <VirtualRows
        rows={rows}
        rowPx={44}
        columns={columns.length + 1}
        onPointerEnter={() => hold(rows.map(({ id }) => id))}
        onPointerLeave={() => hold(undefined)}
      >
        {(facts) => (
          <KeyRow
            key={facts.id}
            facts={facts}
            project={projects.find(({ id }) => id === facts.projectId)}
            ofPeople={ofPeople}
            open={open}
          />
        )}
      </VirtualRows>
    </Table>
  );
}

type SortButtonProps = {
  readonly column: SortedBy;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
};

function SortButton({ column, sorting, onSort }: SortButtonProps) {
  const active = sorting.by === column;
  const name = texts.columns[column];
  const Arrow = sorting.descending ? IconChevronDown : IconChevronUp;
  return (
    <UnstyledButton
      fz="inherit"
      fw="inherit"
      aria-label={texts.sortBy(name)}
      // Numbers and times are looked at from the greatest down, names from A.
      onClick={() => onSort({ by: column, descending: active ? !sorting.descending : !fromA.includes(column) })}
    >
      {name} {active && <Arrow size={12} aria-hidden="true" />}
    </UnstyledButton>
  );
}

type KeyRowProps = {
  readonly facts: KeyFacts;
  readonly project: ProjectFacts | undefined;
  /** Whether there is a column for whose it is. */
  readonly ofPeople: boolean;
  readonly open: (dialog: KeyDialog) => void;
};

function KeyRow({ facts, project, ofPeople, open }: KeyRowProps) {
  const { tone, word } = stateOfKey(facts, project);
  const faded = hasEnded(facts);
  const { today } = facts;
  return (
    <Table.Tr style={faded ? { color: 'var(--mantine-color-dimmed)' } : undefined}>
      {/* Takes what the others leave, and clips its name instead of pushing them off the page. */}
      <Table.Td style={{ maxWidth: 0, width: '100%' }}>
        <span style={{ display: 'flex', alignItems: 'center', gap: 9, minWidth: 0 }}>
          <Dot tone={tone} label={word} />
          <Link href={`/keys/${facts.id}`} className="kh-link kh-clip" style={{ fontWeight: faded ? 400 : 600 }}>
            {facts.name}
          </Link>
          <Text span size="xs" c="dimmed" ff="monospace" visibleFrom="xl">
            {facts.id}
          </Text>
          {tone !== 'good' && <Pill tone={tone}>{word}</Pill>}
          {facts.kind === 'admin' && <Pill tone="accent">{texts.admin}</Pill>}
          {facts.weak && <Pill tone="limited">{texts.weak}</Pill>}
          <CapturePill keyId={facts.id} />
        </span>
        <Text size="xs" c="dimmed" hiddenFrom="sm" pl={17}>
          {facts.lastUsedAt === null ? commonTexts.never : <LastUse facts={facts} at={facts.lastUsedAt} />}
        </Text>
      </Table.Td>
      {ofPeople && (
        <Table.Td visibleFrom="lg" className="kh-clip" style={{ maxWidth: 130 }}>
          {facts.person}
        </Table.Td>
      )}
      <Table.Td visibleFrom="md" style={{ maxWidth: 150 }}>
        {project ? <ProjectName project={project} /> : facts.project}
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {facts.lastUsedAt === null ? (
          <Text span size="sm" c="dimmed">
            {commonTexts.never}
          </Text>
        ) : (
          <LastUse facts={facts} at={facts.lastUsedAt} placeFrom="xl" />
        )}
      </Table.Td>
      <Table.Td visibleFrom="md" className="kh-number">
        {formatCount(today.requests)}
      </Table.Td>
      <Table.Td visibleFrom="md" className="kh-number">
        {formatCount(today.tokensIn + today.tokensOut)}
      </Table.Td>
      <Table.Td visibleFrom="md">
        <LimitCell facts={facts} />
      </Table.Td>
      <Table.Td visibleFrom="sm">
        {facts.expiresAt === null ? commonTexts.never : <Moment at={facts.expiresAt} />}
      </Table.Td>
      <Table.Td>
        <KeyMenu facts={facts} open={open} />
      </Table.Td>
    </Table.Tr>
  );
}

type LastUseProps = {
  readonly facts: KeyFacts;
  readonly at: number;
  /** How wide the page has to be for the place to have room beside other columns. */
  readonly placeFrom?: 'xl';
};

function LastUse({ facts, at, placeFrom }: LastUseProps) {
  return (
    <>
      <Moment at={at} />
      <Text span inherit {...(placeFrom ? { visibleFrom: placeFrom } : {})}>
        {' '}
        · {placeOf(facts)}
      </Text>
    </>
  );
}

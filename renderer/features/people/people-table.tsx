// People in rows: role, state, how many keys, when last seen, and whether a stolen password would be enough.

import { Table, Text, VisuallyHidden } from '@mantine/core';
import { Link } from 'wouter';
import type { MadeInvite, PersonFacts } from '../../../shared/people-model.ts';
import { useAbilities } from '../../api/me.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { peopleTexts as texts } from '../../texts/people-texts.ts';
import { formatCount } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Dot, Pill } from '../../ui/pill.tsx';
import type { PersonDialog } from './person-dialogs.tsx';
import { PersonMenu } from './person-menu.tsx';

type PeopleTableProps = {
  readonly people: readonly PersonFacts[];
  readonly open: (dialog: PersonDialog) => void;
  readonly onLink: (made: MadeInvite) => void;
};

export function PeopleTable({ people, open, onLink }: PeopleTableProps) {
  const { columns } = texts;
  return (
    <Table className="kh-table" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th pl={16}>{columns.name}</Table.Th>
          <Table.Th>{columns.role}</Table.Th>
          <Table.Th className="kh-number" visibleFrom="sm">
            {columns.keys}
          </Table.Th>
          <Table.Th visibleFrom="sm">{columns.lastSeen}</Table.Th>
          <Table.Th visibleFrom="md">{columns.totp}</Table.Th>
          <Table.Th w={48}>
            <VisuallyHidden>{columns.actions}</VisuallyHidden>
          </Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {people.map((person) => (
          <PersonRow key={person.id} person={person} open={open} onLink={onLink} />
        ))}
      </Table.Tbody>
    </Table>
  );
}

type PersonRowProps = Omit<PeopleTableProps, 'people'> & { readonly person: PersonFacts };

function PersonRow({ person, open, onLink }: PersonRowProps) {
  const { personId } = useAbilities();
  const { id, name, role, keys, lastSeenAt, totp } = person;
  const seen = lastSeenAt === null ? commonTexts.never : <Moment at={lastSeenAt} />;
  return (
    <Table.Tr h={44}>
      {/* Takes what the others leave, and clips its name instead of pushing them off the page. */}
      <Table.Td pl={16} style={{ maxWidth: 0, width: '100%' }}>
        <span style={{ display: 'flex', alignItems: 'center', gap: 9, minWidth: 0 }}>
          <Link href={`/people/${id}`} className="kh-link kh-clip" style={{ fontWeight: 600 }}>
            {name}
          </Link>
          {id === personId && <Pill tone="accent">{texts.you}</Pill>}
          <PersonState person={person} />
        </span>
        <Text size="xs" c="dimmed" hiddenFrom="sm">
          {seen}
        </Text>
      </Table.Td>
      <Table.Td>{texts.roles[role]}</Table.Td>
      <Table.Td className="kh-number" visibleFrom="sm">
        {formatCount(keys)}
      </Table.Td>
      <Table.Td visibleFrom="sm">{seen}</Table.Td>
      <Table.Td visibleFrom="md">
        <Dot tone={totp ? 'good' : 'off'} label={`${texts.columns.totp}: ${totp ? texts.totpOn : texts.totpOff}`} />{' '}
        {totp ? texts.totpOn : texts.totpOff}
      </Table.Td>
      <Table.Td>
        <PersonMenu person={person} open={open} onLink={onLink} />
      </Table.Td>
    </Table.Tr>
  );
}

/** What keeps somebody out, if anything does. */
export function PersonState({ person: { status, passwordSetAt } }: { readonly person: PersonFacts }) {
  if (status === 'paused') return <Pill tone="limited">{texts.paused}</Pill>;
  if (passwordSetAt === null) return <Pill tone="off">{texts.noPassword}</Pill>;
  return null;
}

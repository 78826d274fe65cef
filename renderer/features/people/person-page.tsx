// One person: what they are, what they may have, their keys, where they are signed in, and who changed what about them.

import { Anchor, Button, SimpleGrid, Stack } from '@mantine/core';
import { IconChevronLeft, IconKey, IconUserOff } from '@tabler/icons-react';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { MadeInvite, PersonFacts } from '../../../shared/people-model.ts';
import { useKeys } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { peopleTexts } from '../../texts/people-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';
import { Empty } from '../../ui/empty.tsx';
import { type FactRows, Facts } from '../../ui/facts.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { SessionList } from '../account/sessions-panel.tsx';
import { HistoryPanel } from '../history/history-panel.tsx';
import { type KeyDialog, KeyDialogs } from '../keys/key-dialogs.tsx';
import { KeyTable } from '../keys/key-table.tsx';
import './people.css';
import { limitWords } from './limit-words.ts';
import { LinkShown } from './link-shown.tsx';
import { PersonState } from './people-table.tsx';
import { type PersonDialog, PersonDialogs } from './person-dialogs.tsx';
import { PersonMenu } from './person-menu.tsx';
import { usePeople } from './use-people.ts';

const { person: texts } = peopleTexts;

export function PersonPage({ id }: { readonly id: string }) {
  return (
    <Answer query={usePeople()} lines={8}>
      {(people) => {
        const person = people.find((one) => one.id === id);
        return person ? <KnownPerson person={person} /> : <NoSuchPerson />;
      }}
    </Answer>
  );
}

function NoSuchPerson() {
  return (
    <DeadEndPage
      icon={IconUserOff}
      title={texts.notFound}
      says={texts.notFoundHere}
      hint={texts.notFoundHint}
      back={{ href: '/people', label: texts.back }}
    />
  );
}

function KnownPerson({ person }: { readonly person: PersonFacts }) {
  const [, go] = useLocation();
  const { owns, personId } = useAbilities();
  const [dialog, setDialog] = useState<PersonDialog>();
  // In this component's state alone: it lets in whoever has it.
  const [made, setMade] = useState<MadeInvite>();
  return (
    <Page
      title={person.name}
      actions={
        <>
          <Anchor component={Link} href="/people" size="sm">
            <IconChevronLeft size={14} aria-hidden="true" style={{ verticalAlign: '-2px' }} />
            {texts.back}
          </Anchor>
          {person.id === personId && <Pill tone="accent">{peopleTexts.you}</Pill>}
          <PersonState person={person} />
          <Button component={Link} href={`/usage?person=${person.id}`} variant="default">
            {texts.usage}
          </Button>
          <PersonMenu
            person={person}
            open={setDialog}
            onLink={setMade}
            onRemoved={() => go('/people', { replace: true })}
          />
        </>
      }
    >
      <SimpleGrid cols={{ base: 1, md: owns ? 2 : 1 }} spacing={14}>
        <Stack gap={14}>
          <FactsPanel person={person} />
        </Stack>
        {owns && <SessionList title={texts.sessions} shown={(one) => one.personId === person.id} />}
      </SimpleGrid>
      <KeysOf person={person} />
      <HistoryPanel kind="person" id={person.id} />
      <PersonDialogs dialog={dialog} onClose={() => setDialog(undefined)} />
      {made && <LinkShown made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

function FactsPanel({ person }: { readonly person: PersonFacts }) {
  const { role, createdAt, lastSeenAt, passwordSetAt, totp, limits } = person;
  const rows: FactRows = [
    [texts.role, peopleTexts.roles[role]],
    [texts.joined, formatMoment(createdAt)],
    [texts.lastSeen, lastSeenAt === null ? commonTexts.never : <Moment key="seen" at={lastSeenAt} />],
    [texts.password, passwordSetAt === null ? texts.passwordNone : formatMoment(passwordSetAt)],
    [texts.authenticator, totp ? peopleTexts.totpOn : peopleTexts.totpOff],
    [texts.limits, role === 'member' ? limitWords(limits) : null],
  ];
  return (
    <Panel title={texts.facts}>
      <Facts rows={rows} lined />
    </Panel>
  );
}

function KeysOf({ person }: { readonly person: PersonFacts }) {
  const keys = useKeys();
  const [dialog, setDialog] = useState<KeyDialog>();
  const list = keys.data?.filter(({ personId }) => personId === person.id);
  return (
    <Panel title={texts.keys} flush>
      <Answer query={{ ...keys, data: list }} lines={3}>
        {(own) =>
          own.length === 0 ? (
            <Empty icon={IconKey} title={texts.noKeys}>
              {texts.noKeysHint}
            </Empty>
          ) : (
            <KeyTable keys={own} open={setDialog} />
          )
        }
      </Answer>
      <KeyDialogs dialog={dialog} onClose={() => setDialog(undefined)} />
    </Panel>
  );
}

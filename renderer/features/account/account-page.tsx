// What belongs to whoever is signed in: name, password, authenticator, and where else they are signed in.

import { Button, Group, SimpleGrid, Stack, Text } from '@mantine/core';
import { IconDeviceDesktop } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { OwnFacts, PersonFacts } from '../../../shared/people-model.ts';
import { useApi } from '../../api/api-context.tsx';
import { useMe } from '../../api/me.ts';
import { accountTexts as texts } from '../../texts/account-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatDate } from '../../ui/format.ts';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { limitWords } from '../people/limit-words.ts';
import { type AccountDialog, AccountDialogs } from './account-dialogs.tsx';
import { FirstAccountButton, FirstAccountNotice } from './first-account-notice.tsx';
import { SecurityPanel } from './security-panel.tsx';
import { SessionsPanel } from './sessions-panel.tsx';

export function AccountPage() {
  const { session } = useApi();
  const me = useMe();
  const signOut = useMutation({ mutationFn: session.signOut });
  return (
    <Page
      title={texts.title}
      actions={
        me.data?.way === 'session' && (
          <Button variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
            {texts.signOut}
          </Button>
        )
      }
    >
      <Answer query={me} lines={8}>
        {(own) => <Own own={own} />}
      </Answer>
    </Page>
  );
}

function Own({ own }: { readonly own: OwnFacts }) {
  const [dialog, setDialog] = useState<AccountDialog>();
  const { person, way } = own;
  return (
    <>
      {person === null && way === 'machine' && (
        <Panel>
          <Empty icon={IconDeviceDesktop} title={texts.machineTitle} action={<FirstAccountButton />}>
            {texts.machineHint}
          </Empty>
        </Panel>
      )}
      <FirstAccountNotice />
      {person !== null && (
        <SimpleGrid cols={{ base: 1, md: 2 }} spacing={14}>
          <Stack gap={14}>
            <PersonPanel person={person} open={setDialog} />
          </Stack>
          <SecurityPanel own={own} person={person} open={setDialog} />
        </SimpleGrid>
      )}
      <SessionsPanel own={own} />
      {person !== null && (
        <AccountDialogs dialog={dialog} person={person} own={own} onClose={() => setDialog(undefined)} />
      )}
    </>
  );
}

type PersonPanelProps = { readonly person: PersonFacts; readonly open: (dialog: AccountDialog) => void };

function PersonPanel({ person: { name, role, createdAt, limits }, open }: PersonPanelProps) {
  return (
    <Panel title={texts.you}>
      <div className="kh-rows">
        <SettingRow
          title={name}
          sentence={texts.nameSentence}
          control={({ 'aria-describedby': describedBy }) => (
            <Button size="xs" variant="default" aria-describedby={describedBy} onClick={() => open('rename')}>
              {texts.changeName}
            </Button>
          )}
        />
        <Group justify="space-between" wrap="nowrap" gap="lg" py={9}>
          <div>
            <Text size="sm" fw={500}>
              {texts.role}
            </Text>
            <Text size="xs" c="dimmed">
              {texts.roleSentences[role]}
            </Text>
          </div>
          <Pill tone="accent">{texts.roles[role]}</Pill>
        </Group>
        {role === 'member' && (
          <div style={{ padding: '9px 0' }}>
            <Text size="sm" fw={500}>
              {texts.mayHave}
            </Text>
            <Text size="xs" c="dimmed">
              {limitWords(limits)}
            </Text>
          </div>
        )}
        <Group justify="space-between" wrap="nowrap" gap="lg" py={9}>
          <Text size="sm" fw={500}>
            {texts.since}
          </Text>
          <Text size="sm" c="dimmed">
            {formatDate(createdAt)}
          </Text>
        </Group>
      </div>
    </Panel>
  );
}

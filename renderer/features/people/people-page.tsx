// Everybody who is let in, the invites that wait, and the way to let in one more.

import { Button, Text } from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { IconUserPlus, IconUsers } from '@tabler/icons-react';
import { useState } from 'react';
import type { MadeInvite } from '../../../shared/people-model.ts';
import { peopleTexts as texts } from '../../texts/people-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { FirstAccountNotice } from '../account/first-account-notice.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { InvitesPanel } from './invites-panel.tsx';
import './people.css';
import { LinkShown } from './link-shown.tsx';
import { PeopleTable } from './people-table.tsx';
import { type PersonDialog, PersonDialogs } from './person-dialogs.tsx';
import { SignInRules } from './sign-in-rules.tsx';
import { useAskAnew, usePeople } from './use-people.ts';

export function PeoplePage() {
  const people = usePeople();
  const askAnew = useAskAnew();
  const [inviting, setInviting] = useState(false);
  const [dialog, setDialog] = useState<PersonDialog>();
  // In this component's state alone: it lets in whoever has it.
  const [made, setMade] = useState<MadeInvite>();
  useFocusReturn({ opened: inviting || made !== undefined });
  function show(link: MadeInvite): void {
    setInviting(false);
    setMade(link);
    askAnew();
  }
  const invite = (
    <Button leftSection={<IconUserPlus size={16} />} onClick={() => setInviting(true)}>
      {texts.invite}
    </Button>
  );
  return (
    <Page title={texts.title} actions={invite}>
      <Text size="sm" c="dimmed">
        {texts.about}
      </Text>
      <FirstAccountNotice />
      <Panel flush>
        <Answer query={people} lines={5}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon={IconUsers} title={texts.empty}>
                {texts.emptyHint}
              </Empty>
            ) : (
              <PeopleTable people={list} open={setDialog} onLink={setMade} />
            )
          }
        </Answer>
      </Panel>
      <InvitesPanel />
      <SignInRules />
      <PersonDialogs dialog={dialog} onClose={() => setDialog(undefined)} />
      {inviting && <InviteDialog onMade={show} onClose={() => setInviting(false)} />}
      {made && <LinkShown made={made} onClose={() => setMade(undefined)} />}
    </Page>
  );
}

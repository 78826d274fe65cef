// Makes an invite: for which role, with which limits, and until when. What it makes is handed on to where it is shown once.

import { Anchor, Button, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type MadeInvite, type Role, usualMemberLimits } from '../../../shared/people-model.ts';
import { useApi, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { accountTexts } from '../../texts/account-texts.ts';
import { peopleTexts } from '../../texts/people-texts.ts';
import { limitsDraftOf, limitsInputOf, wrongWithLimits } from './limits-draft.ts';
import { LimitsFields } from './limits-fields.tsx';
import { givenRoles } from './role-choice.ts';

const { inviteDialog: texts } = peopleTexts;
const hourMs = 3_600_000;
const lengths = { hour: hourMs, day: 24 * hourMs, three: 72 * hourMs, week: 168 * hourMs } as const;
type Length = keyof typeof lengths;

type InviteDialogProps = { readonly onMade: (made: MadeInvite) => void; readonly onClose: () => void };

export function InviteDialog({ onMade, onClose }: InviteDialogProps) {
  const { client } = useApi();
  const { owns } = useAbilities();
  const [role, setRole] = useState<Role>('member');
  const [name, setName] = useState('');
  const [length, setLength] = useState<Length>('three');
  const [limits, setLimits] = useState(() => limitsDraftOf(usualMemberLimits));
  const [tried, setTried] = useState(false);
  const wrong = wrongWithLimits(limits);
  const isMember = role === 'member';
  // Not through the query cache: the answer carries the link.
  const invite = useMutation({
    mutationFn: () =>
      client.people
        .invite({
          role,
          expiresInMs: lengths[length],
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(isMember ? { limits: limitsInputOf(limits) } : {}),
        })
        .then(onMade),
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={texts.title} size={540}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setTried(true);
          if (!isMember || Object.keys(wrong).length === 0) invite.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={texts.name}
            description={texts.nameHint}
            data-autofocus
            maxLength={80}
            value={name}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <div className="kh-pair">
            <Select
              label={texts.role}
              data={givenRoles(owns).map((value) => ({ value, label: peopleTexts.roles[value] }))}
              value={role}
              onChange={(chosen) => setRole(chosen as Role)}
              allowDeselect={false}
            />
            <Select
              label={texts.ends}
              data={Object.entries(texts.lengths).map(([value, label]) => ({ value, label }))}
              value={length}
              onChange={(chosen) => setLength(chosen as Length)}
              allowDeselect={false}
            />
          </div>
          <Text size="xs" c="dimmed">
            {accountTexts.roleSentences[role]}
          </Text>
          {isMember && <LimitsFields draft={limits} change={setLimits} wrong={tried ? wrong : {}} />}
          <HowReached />
          <Group justify="flex-end">
            <Button type="submit" loading={invite.isPending}>
              {texts.act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

/** Where whoever is invited opens the dashboard, or what has to be done first. */
function HowReached() {
  const { owns } = useAbilities();
  const { data: status } = useStatus();
  if (!status) return null;
  const { secureUrl } = status.dashboard;
  const isReached = secureUrl !== null;
  return (
    <Text size="xs" c={isReached ? 'dimmed' : 'var(--kh-limited)'} style={{ overflowWrap: 'anywhere' }}>
      {isReached ? texts.reach(secureUrl) : texts.reachHere}{' '}
      {owns ? (
        <Anchor component={Link} href="/settings" inherit underline="always" c="var(--kh-accent-text)">
          {texts.toSettings}
        </Anchor>
      ) : (
        !isReached && texts.askOwner
      )}
    </Text>
  );
}

// Invites and links for a new password that nobody has used yet, each to be taken back.

import { Button, Group, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { InviteFacts } from '../../../shared/people-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { peopleTexts } from '../../texts/people-texts.ts';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';
import { limitWords } from './limit-words.ts';
import { useInvites } from './use-people.ts';

const { invites: texts } = peopleTexts;

export function InvitesPanel() {
  const { data: invites = [] } = useInvites();
  if (invites.length === 0) return null;
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        {invites.map((invite) => (
          <InviteRow key={invite.id} invite={invite} />
        ))}
      </div>
    </Panel>
  );
}

function InviteRow({ invite: { id, kind, role, name, limits, expiresAt } }: { readonly invite: InviteFacts }) {
  const calls = useCalls();
  const queries = useQueryClient();
  const cancel = useMutation(
    calls.people.cancelInvite.mutationOptions({
      onSuccess: (left) => queries.setQueryData(calls.people.invites.queryKey(), left),
    }),
  );
  const who = name ?? texts.someone;
  return (
    <Group gap="sm" wrap="nowrap" py={9} justify="space-between">
      <div style={{ minWidth: 0 }}>
        <Text size="sm" fw={500}>
          {kind === 'reset' ? texts.resetFor(who) : `${who} · ${peopleTexts.roles[role]}`}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          {texts.ends} <Moment at={expiresAt} />
          {kind === 'invite' && role === 'member' && ` · ${limitWords(limits)}`}
        </Text>
      </div>
      <Button
        size="xs"
        variant="default"
        aria-label={texts.cancelThat(who)}
        loading={cancel.isPending}
        onClick={() => cancel.mutate({ id })}
        style={{ flex: 'none' }}
      >
        {texts.cancel}
      </Button>
    </Group>
  );
}

// What can be done about a person, in the menu at the end of their row and on their page. Only what the one who looks may do.

import { ActionIcon, Menu } from '@mantine/core';
import {
  IconDots,
  IconGauge,
  IconLockOpen,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconTrash,
  IconUserShield,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { MadeInvite, PersonFacts } from '../../../shared/people-model.ts';
import { useApi, useCalls, useKeys } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { peopleTexts as texts } from '../../texts/people-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { hasEnded } from '../keys/key-state.ts';
import type { PersonDialog } from './person-dialogs.tsx';
import { mayChange } from './role-choice.ts';
import { useAskAnew } from './use-people.ts';

type PersonMenuProps = {
  readonly person: PersonFacts;
  readonly open: (dialog: PersonDialog) => void;
  /** A link for a new password was made. */
  readonly onLink: (made: MadeInvite) => void;
  readonly onRemoved?: () => void;
};

const iconSize = 15;

export function PersonMenu({ person, open, onLink, onRemoved }: PersonMenuProps) {
  const abilities = useAbilities();
  const { pause, resume, reset, remove } = usePersonActions(person, { onLink, onRemoved });
  // One's own name and password have a page of their own; nobody ends themself by a slip.
  if (!mayChange(abilities, person) || person.id === abilities.personId) return null;
  const { owns } = abilities;
  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.actionsFor(person.name)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconUserShield size={iconSize} />} onClick={() => open({ kind: 'role', person })}>
          {texts.menu.role}
        </Menu.Item>
        {person.role === 'member' && (
          <Menu.Item leftSection={<IconGauge size={iconSize} />} onClick={() => open({ kind: 'limits', person })}>
            {texts.menu.limits}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconPencil size={iconSize} />} onClick={() => open({ kind: 'rename', person })}>
          {texts.menu.rename}
        </Menu.Item>
        {person.status === 'paused' ? (
          <Menu.Item leftSection={<IconPlayerPlay size={iconSize} />} onClick={resume}>
            {texts.menu.resume}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconPlayerPause size={iconSize} />} onClick={() => void pause()}>
            {texts.menu.pause}
          </Menu.Item>
        )}
        {owns && (
          <>
            <Menu.Item leftSection={<IconLockOpen size={iconSize} />} onClick={() => void reset()}>
              {texts.menu.reset}
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item c="var(--kh-bad)" leftSection={<IconTrash size={iconSize} />} onClick={() => void remove()}>
              {texts.menu.remove}
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

type Done = { readonly onLink: (made: MadeInvite) => void; readonly onRemoved: (() => void) | undefined };

function usePersonActions({ id, name }: PersonFacts, { onLink, onRemoved }: Done) {
  const { client } = useApi();
  const calls = useCalls();
  const ask = useAsk();
  const askAnew = useAskAnew();
  const { data: keys = [] } = useKeys();
  const edit = useMutation(calls.people.edit.mutationOptions({ onSuccess: askAnew }));
  const removal = useMutation(
    calls.people.remove.mutationOptions({
      onSuccess() {
        askAnew();
        onRemoved?.();
      },
    }),
  );
  // Not through the query cache: the answer carries the link.
  const resetting = useMutation({
    mutationFn: () => client.people.resetPassword({ ref: id }).then(onLink),
    gcTime: 0,
    onSuccess: askAnew,
  });
  return {
    async pause() {
      const question = { title: texts.pauseTitle(name), consequence: texts.pauseAsk, act: texts.pauseAct };
      if (await ask.confirm(question)) edit.mutate({ ref: id, status: 'paused' });
    },
    resume: () => edit.mutate({ ref: id, status: 'active' }),
    async reset() {
      const question = { title: texts.resetTitle(name), consequence: texts.resetAsk, act: texts.resetAct };
      if (await ask.confirm(question)) resetting.mutate();
    },
    async remove() {
      const broken = keys.filter((key) => key.personId === id && !hasEnded(key)).map((key) => key.name);
      const consequence = texts.removeAsk(broken);
      const question = { title: texts.removeTitle(name), consequence, act: texts.removeAct };
      if (await ask.confirm(question)) removal.mutate({ ref: id });
    },
  };
}

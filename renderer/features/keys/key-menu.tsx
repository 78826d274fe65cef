// What can be done to a key, in the menu at the end of its row and on its page.

import { ActionIcon, Menu } from '@mantine/core';
import {
  IconBan,
  IconCopyPlus,
  IconDots,
  IconFolderSymlink,
  IconId,
  IconKeyOff,
  IconMessages,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconRestore,
  IconTrash,
} from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { KeyFacts } from '../../../shared/model.ts';
import { clientOfUserAgent } from '../../../shared/snippets-user-agents.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useCopy } from '../../api/copy.ts';
import { useAbilities } from '../../api/me.ts';
import { captureTexts } from '../../texts/capture-texts.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { projectTexts } from '../../texts/project-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { formatRelative } from '../../ui/format.ts';
import type { KeyDialog } from './key-dialogs.tsx';

type KeyMenuProps = {
  readonly facts: KeyFacts;
  readonly open: (dialog: KeyDialog) => void;
  readonly onDeleted?: () => void;
};

const iconSize = 15;

export function KeyMenu({ facts, open, onDeleted }: KeyMenuProps) {
  const { pause, resume, reset, endOld, revoke, remove } = useKeyActions(facts, onDeleted);
  const { copy } = useCopy();
  const { manages, owns, makesKeys } = useAbilities();
  const final = facts.status === 'revoked';
  if (!makesKeys || (facts.kind === 'admin' && !owns)) return null;
  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.actionsFor(facts.name)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {!final && (
          <Menu.Item leftSection={<IconPencil size={iconSize} />} onClick={() => open({ kind: 'edit', key: facts })}>
            {texts.edit}
          </Menu.Item>
        )}
        {facts.status === 'paused' ? (
          <Menu.Item leftSection={<IconPlayerPlay size={iconSize} />} onClick={resume}>
            {texts.resume}
          </Menu.Item>
        ) : (
          facts.status === 'active' && (
            <Menu.Item leftSection={<IconPlayerPause size={iconSize} />} onClick={pause}>
              {texts.pause}
            </Menu.Item>
          )
        )}
        {!final && (
          <Menu.Item leftSection={<IconRefresh size={iconSize} />} onClick={() => open({ kind: 'rotate', key: facts })}>
            {texts.rotate}
          </Menu.Item>
        )}
        {!final && facts.oldSecretUntil !== null && facts.oldSecretUntil > Date.now() && (
          <Menu.Item leftSection={<IconKeyOff size={iconSize} />} onClick={() => void endOld()}>
            {texts.endOldSecret}
          </Menu.Item>
        )}
        {manages && !final && facts.kind === 'inference' && (
          <Menu.Item
            leftSection={<IconFolderSymlink size={iconSize} />}
            onClick={() => open({ kind: 'move', key: facts })}
          >
            {projectTexts.move}
          </Menu.Item>
        )}
        {owns && !final && (
          <Menu.Item
            leftSection={<IconMessages size={iconSize} />}
            onClick={() => open({ kind: 'capture', key: facts })}
          >
            {captureTexts.menu}
          </Menu.Item>
        )}
        <Menu.Item
          leftSection={<IconCopyPlus size={iconSize} />}
          onClick={() => open({ kind: 'duplicate', key: facts })}
        >
          {texts.duplicate}
        </Menu.Item>
        <Menu.Item leftSection={<IconId size={iconSize} />} onClick={() => void copy(facts.id, { secret: false })}>
          {texts.copyId}
        </Menu.Item>
        {manages && (
          <Menu.Item leftSection={<IconRestore size={iconSize} />} onClick={() => void reset()}>
            {texts.resetCounters}
          </Menu.Item>
        )}
        {(manages || !final) && <Menu.Divider />}
        {!final && (
          <Menu.Item c="var(--kh-bad)" leftSection={<IconBan size={iconSize} />} onClick={() => void revoke()}>
            {texts.revoke}
          </Menu.Item>
        )}
        {manages && (
          <Menu.Item c="var(--kh-bad)" leftSection={<IconTrash size={iconSize} />} onClick={() => void remove()}>
            {texts.delete}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function useKeyActions(facts: KeyFacts, onDeleted: (() => void) | undefined) {
  const calls = useCalls();
  const ask = useAsk();
  const ref = { ref: facts.id };
  const pause = useMutation(calls.keys.pause.mutationOptions());
  const resume = useMutation(calls.keys.resume.mutationOptions());
  const revoke = useMutation(calls.keys.revoke.mutationOptions());
  const remove = useMutation(calls.keys.delete.mutationOptions({ onSuccess: () => onDeleted?.() }));

  const endOldSecret = useMutation(calls.keys.endOldSecret.mutationOptions());

  const queries = useQueryClient();
  const resetCounters = useMutation(
    calls.keys.resetCounters.mutationOptions({
      onSuccess: () => void queries.invalidateQueries({ queryKey: calls.usage.key() }),
    }),
  );

  const inUse =
    facts.lastUsedAt === null
      ? ''
      : texts.inUse(formatRelative(facts.lastUsedAt, Date.now()), clientOfUserAgent(facts.lastUsedBy) || texts.someone);

  return {
    pause: () => pause.mutate(ref),
    resume: () => resume.mutate(ref),
    async reset() {
      const question = { title: texts.resetTitle(facts.name), consequence: texts.resetAsk, act: texts.resetAct };
      if (await ask.confirm(question)) resetCounters.mutate(ref);
    },
    async endOld() {
      const question = { title: texts.endOldTitle(facts.name), consequence: texts.endOldAsk, act: texts.endOldAct };
      if (await ask.confirm(question)) endOldSecret.mutate(ref);
    },
    async revoke() {
      const question = {
        title: texts.revokeTitle(facts.name),
        consequence: inUse + texts.revokeAsk,
        act: texts.revokeAct,
      };
      if (await ask.confirm(question)) revoke.mutate(ref);
    },
    async remove() {
      const question = {
        title: texts.deleteTitle(facts.name),
        consequence: inUse + texts.deleteAsk,
        act: texts.deleteAct,
      };
      if (await ask.confirm(question)) remove.mutate(ref);
    },
  };
}

// What can be done to a project: edit, archive, bring back, delete. Archiving names who will be refused.

import { ActionIcon, Menu } from '@mantine/core';
import { IconArchive, IconArchiveOff, IconDots, IconPencil, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { KeyFacts } from '../../../shared/model.ts';
import type { ProjectFacts } from '../../../shared/project-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { projectTexts as texts } from '../../texts/project-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { hasEnded } from '../keys/key-state.ts';

type ProjectMenuProps = {
  readonly project: ProjectFacts;
  /** Those that are in it. */
  readonly keys: readonly KeyFacts[];
  readonly edit: () => void;
  readonly onDeleted?: () => void;
};

const iconSize = 15;
const dayMs = 86_400_000;

export function ProjectMenu({ project, keys, edit, onDeleted }: ProjectMenuProps) {
  const { manages } = useAbilities();
  const { archive, unarchive, remove } = useProjectActions(project, keys, onDeleted);
  if (!manages) return null;
  return (
    <Menu withinPortal={false}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={texts.actionsFor(project.name)}>
          <IconDots size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={iconSize} />} onClick={edit}>
          {texts.edit}
        </Menu.Item>
        {project.archivedAt === null ? (
          <Menu.Item c="var(--kh-bad)" leftSection={<IconArchive size={iconSize} />} onClick={() => void archive()}>
            {texts.archive}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<IconArchiveOff size={iconSize} />} onClick={unarchive}>
            {texts.unarchive}
          </Menu.Item>
        )}
        <Menu.Item c="var(--kh-bad)" leftSection={<IconTrash size={iconSize} />} onClick={() => void remove()}>
          {texts.delete}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

export function useProjectActions(
  { id, name }: ProjectFacts,
  keys: readonly KeyFacts[],
  onDeleted: (() => void) | undefined,
) {
  const calls = useCalls();
  const ask = useAsk();
  const archive = useMutation(calls.projects.archive.mutationOptions());
  const unarchive = useMutation(calls.projects.unarchive.mutationOptions());
  const remove = useMutation(calls.projects.delete.mutationOptions({ onSuccess: () => onDeleted?.() }));
  return {
    unarchive: () => unarchive.mutate({ ref: id }),
    async archive() {
      const consequence = archiveConsequence(keys, Date.now());
      if (await ask.confirm({ title: texts.archiveTitle(name), consequence, act: texts.archiveAct }))
        archive.mutate({ ref: id });
    },
    async remove() {
      const question = { title: texts.deleteTitle(name), consequence: texts.deleteAsk, act: texts.deleteAct };
      if (await ask.confirm(question)) remove.mutate({ ref: id });
    },
  };
}

function archiveConsequence(keys: readonly KeyFacts[], now: number): string {
  const alive = keys.filter((key) => !hasEnded(key));
  if (alive.length === 0) return texts.archiveNone + texts.archiveUndo;
  const inUse = alive.filter(({ lastUsedAt }) => lastUsedAt !== null && now - lastUsedAt < dayMs);
  const names = inUse.map((key) => key.name).join(', ');
  return texts.archiveKeys(alive.length) + (names === '' ? '' : texts.archiveInUse(names)) + texts.archiveUndo;
}

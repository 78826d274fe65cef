// Moves a key to another project, or out of one. What it used stays where it was used.

import { Button, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { KeyFacts } from '../../../shared/model.ts';
import { useCalls, useProjects } from '../../api/api-context.tsx';
import { projectTexts as texts } from '../../texts/project-texts.ts';

type MoveDialogProps = { readonly facts: KeyFacts; readonly onClose: () => void };

export function MoveDialog({ facts, onClose }: MoveDialogProps) {
  const { data: projects = [] } = useProjects();
  const [chosen, setChosen] = useState(facts.projectId ?? '');
  const move = useMutation(useCalls().keys.edit.mutationOptions({ onSuccess: onClose }));
  const open = projects.filter(({ id, archivedAt }) => archivedAt === null || id === facts.projectId);
  return (
    <Modal opened onClose={onClose} title={texts.moveTitle(facts.name)}>
      <Stack>
        <Text size="sm">{texts.moveAbout}</Text>
        <Select
          label={texts.moveTo}
          data={[{ value: '', label: texts.none }, ...open.map(({ id, name }) => ({ value: id, label: name }))]}
          value={chosen}
          onChange={(id) => setChosen(id ?? '')}
          allowDeselect={false}
        />
        <Button
          disabled={chosen === (facts.projectId ?? '')}
          loading={move.isPending}
          onClick={() => move.mutate({ ref: facts.id, project: chosen === '' ? null : chosen })}
        >
          {texts.moveAct}
        </Button>
      </Stack>
    </Modal>
  );
}

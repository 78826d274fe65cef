// The dialogs that make, change and rotate a key. What they made is handed on to where it is shown once, and kept here nowhere.

import { Button, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { CreatedKey, KeyFacts } from '../../../shared/model.ts';
import { useApi } from '../../api/api-context.tsx';
import { keyFormTexts } from '../../texts/key-form-texts.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { CaptureDialog } from '../capture/capture-dialog.tsx';
import type { KeyDialog } from './key-dialogs.tsx';
import { KeyForm } from './key-form.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { ShownOnce } from './shown-once.tsx';
import { useShowOnce } from './shown-once-place.tsx';

type OpenedProps = { readonly dialog: KeyDialog; readonly onClose: () => void };

export function OpenedKeyDialog({ dialog, onClose }: OpenedProps) {
  const showOnce = useShowOnce();
  const shown = (created: CreatedKey) => {
    onClose();
    showOnce({ created, Dialog: ShownOnce });
  };
  if (dialog.kind === 'rotate') return <RotateDialog facts={dialog.key} onRotated={shown} onClose={onClose} />;
  if (dialog.kind === 'move') return <MoveDialog facts={dialog.key} onClose={onClose} />;
  if (dialog.kind === 'capture') return <CaptureDialog facts={dialog.key} onClose={onClose} />;
  const edited = dialog.kind === 'edit' ? dialog.key : undefined;
  const like = dialog.kind === 'duplicate' ? dialog.key : undefined;
  const kind = dialog.kind === 'new-admin' ? 'admin' : ((edited ?? like)?.kind ?? 'inference');
  const title = edited
    ? keyFormTexts.editTitle(edited.name)
    : kind === 'admin'
      ? keyFormTexts.adminTitle
      : keyFormTexts.newTitle;
  return (
    <Modal opened onClose={onClose} title={title} size={540}>
      <KeyForm
        edited={edited}
        like={like}
        kind={kind}
        project={dialog.kind === 'new' ? dialog.project : undefined}
        onCreated={shown}
        onEdited={onClose}
      />
    </Modal>
  );
}

const hourMs = 3_600_000;
const graces = { none: 0, hour: hourMs, day: 24 * hourMs, week: 168 * hourMs } as const;
type Grace = keyof typeof graces;

type RotateProps = {
  readonly facts: KeyFacts;
  readonly onRotated: (created: CreatedKey) => void;
  readonly onClose: () => void;
};

function RotateDialog({ facts, onRotated, onClose }: RotateProps) {
  const { rotateDialog } = texts;
  const { client } = useApi();
  const [grace, setGrace] = useState<Grace>('day');
  // Not through the query cache: the answer carries the secret.
  const rotate = useMutation({
    mutationFn: () => client.keys.rotate({ ref: facts.id, graceMs: graces[grace] }).then(onRotated),
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={rotateDialog.title(facts.name)}>
      <Stack>
        <Text size="sm">{rotateDialog.about}</Text>
        <Select
          label={rotateDialog.grace}
          data={Object.entries(rotateDialog.graces).map(([value, label]) => ({ value, label }))}
          value={grace}
          onChange={(value) => setGrace(value as Grace)}
          allowDeselect={false}
        />
        <Button onClick={() => rotate.mutate()} loading={rotate.isPending}>
          {rotateDialog.act}
        </Button>
      </Stack>
    </Modal>
  );
}

// The dialogs that make, change and rotate a key, opened by whatever row or page asks for them. What they made is handed on to
// where it is shown once, and kept here nowhere.

import { Button, Modal, Select, Skeleton, Stack, Text } from '@mantine/core';
import { useFocusReturn } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { CreatedKey, KeyFacts } from '../../../shared/model.ts';
import { useApi } from '../../api/api-context.tsx';
import { keyFormTexts } from '../../texts/key-form-texts.ts';
import { keysTexts as texts } from '../../texts/keys-texts.ts';
import { CaptureDialog } from '../capture/capture-dialog.tsx';
import { MoveDialog } from './move-dialog.tsx';
import { useShowOnce } from './shown-once-place.tsx';

// Fetched with the first dialog: the page is there before.
const KeyForm = lazy(() => import('./key-form.tsx').then(({ KeyForm: form }) => ({ default: form })));

export type KeyDialog =
  | { readonly kind: 'new'; readonly project?: string }
  | { readonly kind: 'new-admin' }
  | { readonly kind: 'duplicate' | 'edit' | 'rotate' | 'move' | 'capture'; readonly key: KeyFacts };

type KeyDialogsProps = { readonly dialog: KeyDialog | undefined; readonly onClose: () => void };

export function KeyDialogs({ dialog, onClose }: KeyDialogsProps) {
  const showOnce = useShowOnce();
  // Dialogs go as soon as they are closed, too soon to give the focus back themselves.
  useFocusReturn({ opened: dialog !== undefined });
  const shown = (created: CreatedKey) => {
    onClose();
    showOnce(created);
  };
  if (!dialog) return null;
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
      <Suspense fallback={<Skeleton height={160} />}>
        <KeyForm
          edited={edited}
          like={like}
          kind={kind}
          project={dialog.kind === 'new' ? dialog.project : undefined}
          onCreated={shown}
          onEdited={onClose}
        />
      </Suspense>
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

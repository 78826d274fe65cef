// Where the dialogs of keys open, for whatever row or page asks for them. They are fetched once the page is there.

import { useFocusReturn } from '@mantine/hooks';
import { Suspense } from 'react';
import type { KeyFacts } from '../../../shared/model.ts';
import { later, useFetchLater } from '../../ui/later.tsx';

const OpenedKeyDialog = later(() => import('./opened-key-dialog.tsx').then(({ OpenedKeyDialog: dialog }) => dialog));

export type KeyDialog =
  | { readonly kind: 'new'; readonly project?: string }
  | { readonly kind: 'new-admin' }
  | { readonly kind: 'duplicate' | 'edit' | 'rotate' | 'move' | 'capture'; readonly key: KeyFacts };

type KeyDialogsProps = { readonly dialog: KeyDialog | undefined; readonly onClose: () => void };

export function KeyDialogs({ dialog, onClose }: KeyDialogsProps) {
  useFetchLater(OpenedKeyDialog);
  // Dialogs go as soon as they are closed, too soon to give the focus back themselves.
  useFocusReturn({ opened: dialog !== undefined });
  if (!dialog) return null;
  return (
    <Suspense fallback={null}>
      <OpenedKeyDialog dialog={dialog} onClose={onClose} />
    </Suspense>
  );
}

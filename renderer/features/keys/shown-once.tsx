// Placeholder while the dialog is built.
import { Modal } from '@mantine/core';
import type { CreatedKey } from '../../../shared/model.ts';

export function ShownOnce({ created, onClose }: { readonly created: CreatedKey; readonly onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={created.facts.name}>
      {created.key}
    </Modal>
  );
}

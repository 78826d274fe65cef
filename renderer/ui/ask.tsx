// Asks before something that cannot be undone or that people may not expect, and names what will happen.

import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { commonTexts as texts } from '../texts/common-texts.ts';

export type Question = {
  /** What will become of it, as one or two sentences. */
  readonly consequence: string;
  readonly title?: string;
  /** Names the act: "Revoke", not "OK". */
  readonly act?: string;
};

export function useAsk() {
  return {
    confirm: ({ consequence, title = texts.areYouSure, act = texts.doIt }: Question): Promise<boolean> =>
      new Promise((resolve) => {
        modals.openConfirmModal({
          title,
          children: <Text size="sm">{consequence}</Text>,
          labels: { confirm: act, cancel: texts.cancel },
          // Mantine's own red is too faint beneath white letters in one scheme and beneath black ones in the other.
          confirmProps: { style: { background: 'var(--kh-bad)', color: 'var(--mantine-color-body)' } },
          closeButtonProps: { 'aria-label': texts.close },
          onConfirm: () => resolve(true),
          onCancel: () => resolve(false),
          onClose: () => resolve(false),
        });
      }),
  };
}

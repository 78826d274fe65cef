// Says that what is on screen may be old, while Keyhatch does not answer.

import { Alert } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useLiveState } from '../../api/api-context.tsx';
import { commonTexts as texts } from '../../texts/common-texts.ts';

export function ConnectionLost() {
  if (useLiveState() !== 'lost') return null;
  return (
    <Alert color="orange" variant="light" radius={0} icon={<IconPlugConnectedX size={18} />} role="status">
      {texts.lost}
    </Alert>
  );
}

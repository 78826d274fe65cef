// Says that what is on screen may be old, while Keyhatch does not answer.

import { useLiveState } from '../../api/api-context.tsx';
import { commonTexts as texts } from '../../texts/common-texts.ts';
import { Notice } from '../../ui/notice.tsx';

export function ConnectionLost() {
  if (useLiveState() !== 'lost') return null;
  return <Notice tone="limited">{texts.lost}</Notice>;
}

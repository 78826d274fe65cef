// An address that leads to no page.

import { IconMapOff } from '@tabler/icons-react';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';

export function NotFound() {
  return (
    <DeadEndPage
      icon={IconMapOff}
      title={texts.notFound}
      says={texts.notFoundHere}
      hint={texts.notFoundHint}
      back={{ href: '/server', label: texts.toServer }}
    />
  );
}

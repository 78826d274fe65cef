// An address that leads to no page.

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { Empty } from '../../ui/empty.tsx';

export function NotFound() {
  return (
    <Empty
      icon={IconMapOff}
      title={texts.notFound}
      action={
        <Button component={Link} href="/server" variant="default">
          {texts.toServer}
        </Button>
      }
    >
      {texts.notFoundHint}
    </Empty>
  );
}

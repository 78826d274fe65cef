// An address that leads to no page.

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Page } from '../../ui/page.tsx';

export function NotFound() {
  return (
    <Page title={texts.notFound}>
      <Empty
        icon={IconMapOff}
        title={texts.notFoundHere}
        action={
          <Button component={Link} href="/server" variant="default">
            {texts.toServer}
          </Button>
        }
      >
        {texts.notFoundHint}
      </Empty>
    </Page>
  );
}

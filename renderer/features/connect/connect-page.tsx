// Connect: the grid of programs, or one of them.

import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import { clientById } from '../../../shared/snippets.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { Empty } from '../../ui/empty.tsx';
import { Page } from '../../ui/page.tsx';
import { ClientGrid } from './client-grid.tsx';
import { ClientPage } from './client-page.tsx';

export function ConnectPage({ clientId }: { readonly clientId?: string }) {
  if (clientId === undefined) return <ClientGrid />;
  const client = clientById(clientId);
  // Another program is another page: nothing chosen for the one before may stay.
  if (client) return <ClientPage key={client.id} client={client} />;
  return (
    <Page title={texts.title}>
      <Empty
        icon={IconMapOff}
        title={texts.unknown}
        action={
          <Button component={Link} href="/connect" variant="default">
            {texts.back}
          </Button>
        }
      >
        {texts.unknownHint}
      </Empty>
    </Page>
  );
}

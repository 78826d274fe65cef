// Connect: the grid of programs, or one of them.

import { IconMapOff } from '@tabler/icons-react';
import { clientById } from '../../../shared/snippets.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { DeadEndPage } from '../../ui/dead-end-page.tsx';
import { ClientGrid } from './client-grid.tsx';
import { ClientPage } from './client-page.tsx';

export function ConnectPage({ clientId }: { readonly clientId?: string }) {
  if (clientId === undefined) return <ClientGrid />;
  const client = clientById(clientId);
  // Another program is another page: nothing chosen for the one before may stay.
  if (client) return <ClientPage key={client.id} client={client} />;
  return (
    <DeadEndPage
      icon={IconMapOff}
      title={texts.title}
      says={texts.unknown}
      hint={texts.unknownHint}
      back={{ href: '/connect', label: texts.back }}
    />
  );
}

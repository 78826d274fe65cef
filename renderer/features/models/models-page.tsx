// The model servers behind the gateway, how they are, and every model they have.

import { Button } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconPlus, IconServerOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { UpstreamStatus } from '../../../shared/model.ts';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { modelsTexts as texts } from '../../texts/models-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { AddUpstream } from './add-upstream.tsx';
import { ModelTable } from './model-table.tsx';
import { UpstreamList } from './upstream-list.tsx';

/** Places at servers come and go without a word; checks come by the way. */
const askAgainMs = 4_000;

export function ModelsPage() {
  const [adding, { open, close }] = useDisclosure(false);
  const { owns } = useAbilities();
  const addButton = owns && (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      {texts.add}
    </Button>
  );
  return (
    <Page title={texts.title} actions={addButton}>
      <Answer query={useStatus()} lines={8}>
        {({ upstreams }) => <Servers upstreams={upstreams} addButton={addButton} />}
      </Answer>
      <AddUpstream opened={adding} close={close} />
    </Page>
  );
}

type ServersProps = { readonly upstreams: readonly UpstreamStatus[]; readonly addButton: ReactNode };

function Servers({ upstreams, addButton }: ServersProps) {
  const { data: checked } = useQuery(useCalls().upstreams.list.queryOptions({ refetchInterval: askAgainMs }));
  if (upstreams.length === 0) {
    return (
      <Panel title={texts.servers}>
        <Empty icon={IconServerOff} title={texts.noServers} action={addButton}>
          {texts.noServersHint}
        </Empty>
      </Panel>
    );
  }
  return (
    <>
      <Panel title={texts.servers}>
        <UpstreamList upstreams={upstreams.map((upstream) => withLastCheck(upstream, checked))} />
      </Panel>
      <ModelTable upstreams={upstreams} />
    </>
  );
}

/** What is told as it changes, with places and when it was last checked, which alone are no change worth telling. */
function withLastCheck(upstream: UpstreamStatus, checked: readonly UpstreamStatus[] = []): UpstreamStatus {
  const other = checked.find(({ id }) => id === upstream.id);
  if (!other) return upstream;
  const { checkedAt, latencyMs, places } = other;
  if ((checkedAt ?? 0) <= (upstream.checkedAt ?? 0)) return { ...upstream, places };
  return { ...upstream, checkedAt, latencyMs, places };
}

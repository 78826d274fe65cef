// The server at a glance: whether it runs and where, who may come in, what stands behind it, and what passes right now.

import { Button, SimpleGrid, Stack } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { Link } from 'wouter';
import type { Status } from '../../../shared/model.ts';
import { useStatus } from '../../api/api-context.tsx';
import { serverTexts as texts } from '../../texts/server-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Notice } from '../../ui/notice.tsx';
import { VaultNotice } from '../../ui/vault-notice.tsx';
import { FirstAccountNotice } from '../account/first-account-notice.tsx';
import { CaptureNotice } from '../capture/capture-notice.tsx';
import { LiveTail } from '../requests/live-tail.tsx';
import { WaysPanel } from '../ways/ways-panel.tsx';
import { AccessPanel } from './access-panel.tsx';
import { AccessSentence } from './access-sentence.tsx';
import { ExposurePanel } from './exposure-panel.tsx';
import { LockedPanel } from './locked-list.tsx';
import { ReachablePanel } from './reachable-panel.tsx';
import { ServerHeader } from './server-header.tsx';
import { UpstreamsPanel } from './upstreams-panel.tsx';

export function ServerPage() {
  useDocumentTitle(`${texts.title} · Keyhatch`);
  return (
    <Stack gap={14} px={{ base: 16, sm: 28 }} py={22} maw={1320} mx="auto">
      <Answer query={useStatus()} lines={8}>
        {(status) => (
          <>
            <ServerHeader status={status} />
            <FirstAccountNotice />
            <Troubles status={status} />
            <AccessSentence status={status} />
            <SimpleGrid cols={{ base: 1, md: 2 }} spacing={14}>
              <ReachablePanel status={status} />
              <UpstreamsPanel status={status} />
              <AccessPanel status={status} />
              <ExposurePanel status={status} />
              <LockedPanel />
            </SimpleGrid>
            <WaysPanel status={status} />
            <LiveTail limit={12} />
          </>
        )}
      </Answer>
    </Stack>
  );
}

function Troubles({ status }: { readonly status: Status }) {
  const { server, vault, warnings } = status;
  const changePort = (
    <Button component={Link} href="/settings" size="xs" variant="default">
      {texts.changePort}
    </Button>
  );
  return (
    <>
      {server.reason !== null && (
        <Notice tone="bad" title={texts.cannotListen} action={changePort}>
          {server.reason}
        </Notice>
      )}
      <VaultNotice />
      <CaptureNotice />
      {vault.kind === 'memory' && <Notice tone="limited">{texts.memoryVault}</Notice>}
      {warnings.map((warning) => (
        <Notice key={warning} tone="limited">
          {warning}
        </Notice>
      ))}
    </>
  );
}

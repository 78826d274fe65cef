// How connections from other machines are encrypted: the mode, the certificate and its fingerprint, and what may be done.

import { Button, Code, Group, Menu, Stack, Text } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { Status } from '../../../shared/model.ts';
import type { TlsChoice, TlsView } from '../../../shared/tls-model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { useSetting } from '../../api/settings-access.ts';
import { tlsTexts as texts } from '../../texts/tls-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { useAsk } from '../../ui/ask.tsx';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Panel } from '../../ui/page.tsx';
import { SettingChoice } from '../settings/setting-fields.tsx';
import { Fingerprint } from './fingerprint.tsx';
import { PemDialog } from './pem-dialog.tsx';
import { TrustDialog } from './trust-dialog.tsx';

export function TlsCard({ status }: { readonly status: Status }) {
  const choice = useSetting('tls.mode')?.value;
  const view = useQuery(useCalls().tls.get.queryOptions());
  const { refetch } = view;
  // The certificate follows names and addresses, and what is wrong with it stands among the warnings.
  const state = JSON.stringify([status.server.reachable, status.warnings, choice]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is what makes another answer likely
  useEffect(() => void refetch(), [state, refetch]);
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingChoice
          name="tls.mode"
          title={texts.mode}
          sentence={texts.modeSentences[choice ?? ('auto' satisfies TlsChoice)]}
          choices={texts.modes}
        />
        <Answer query={view} lines={3}>
          {(tls) => <Certificate tls={tls} status={status} />}
        </Answer>
      </div>
    </Panel>
  );
}

type Opened = 'trust' | 'pem' | undefined;

function Certificate({ tls, status }: { readonly tls: TlsView; readonly status: Status }) {
  const [opened, setOpened] = useState<Opened>();
  const { owns } = useAbilities();
  const close = () => setOpened(undefined);
  const put = usePut();
  const renew = useMutation({ ...useCalls().tls.renew.mutationOptions(), onSuccess: put });
  return (
    <Stack gap="sm" py={10}>
      {tls.problem !== null && (
        <Notice tone="limited" title={texts.problem}>
          {tls.problem}
        </Notice>
      )}
      {tls.fingerprint === null ? (
        <Group justify="space-between" wrap="nowrap" gap="lg">
          <div>
            <Text size="sm" fw={500}>
              {texts.none}
            </Text>
            <Text size="xs" c="dimmed">
              {texts.noneSentence}
            </Text>
          </div>
          <Button
            variant="default"
            size="xs"
            style={{ flex: 'none' }}
            loading={renew.isPending}
            onClick={() => renew.mutate({})}
          >
            {texts.make}
          </Button>
        </Group>
      ) : (
        <CertificateFacts tls={tls} />
      )}
      <Group gap="xs">
        {tls.caPem !== null && (
          <Button size="xs" variant="default" onClick={() => setOpened('trust')}>
            {texts.trust}
          </Button>
        )}
        {owns && (
          <Button size="xs" variant="default" onClick={() => setOpened('pem')}>
            {tls.source === 'pem' ? texts.bringAgain : texts.bring}
          </Button>
        )}
        {owns && tls.fingerprint !== null && <More tls={tls} renew={() => renew.mutate({})} />}
      </Group>
      {opened === 'trust' && <TrustDialog tls={tls} status={status} onClose={close} />}
      {opened === 'pem' && <PemDialog onClose={close} onDone={put} />}
    </Stack>
  );
}

function CertificateFacts({ tls }: { readonly tls: TlsView }) {
  return (
    <Facts
      rows={[
        [texts.certificate, tls.source === 'own' ? texts.own : texts.pem(tls.issuer ?? '')],
        [texts.ends, tls.expiresAt === null ? null : <Moment key="ends" at={tls.expiresAt} />],
        [texts.names, <Names key="names" list={tls.names} />],
        [texts.missing, tls.missing.length === 0 ? null : <Missing key="missing" list={tls.missing} />],
        [
          texts.fingerprint,
          tls.fingerprint && <Shown key="server" fingerprint={tls.fingerprint} what={texts.copyFingerprint} />,
        ],
        [
          texts.caFingerprint,
          tls.caFingerprint && <Shown key="ca" fingerprint={tls.caFingerprint} what={texts.copyCaFingerprint} />,
        ],
      ]}
    />
  );
}

function Names({ list }: { readonly list: readonly string[] }) {
  return (
    <Group gap={4}>
      {list.map((name) => (
        <Code key={name}>{name}</Code>
      ))}
    </Group>
  );
}

function Missing({ list }: { readonly list: readonly string[] }) {
  return (
    <Stack gap={2}>
      <Names list={list} />
      <Text size="xs" c="dimmed">
        {texts.missingSentence}
      </Text>
    </Stack>
  );
}

function Shown({ fingerprint, what }: { readonly fingerprint: string; readonly what: string }) {
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start">
      <Fingerprint text={fingerprint} />
      <CopyIcon text={fingerprint} what={what} />
    </Group>
  );
}

function More({ tls, renew }: { readonly tls: TlsView; readonly renew: () => void }) {
  const calls = useCalls();
  const ask = useAsk();
  const put = usePut();
  const useOwn = useMutation({ ...calls.tls.useOwn.mutationOptions(), onSuccess: put });
  const newAuthority = useMutation({ ...calls.tls.newAuthority.mutationOptions(), onSuccess: put });

  async function askForAuthority(): Promise<void> {
    const agreed = await ask.confirm({ consequence: texts.newAuthorityAsk, act: texts.newAuthority });
    if (agreed) newAuthority.mutate({});
  }

  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="subtle" color="gray" px={8} aria-label={texts.more}>
          <IconDots size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {tls.source === 'pem' ? (
          <Menu.Item onClick={() => useOwn.mutate({})}>{texts.useOwn}</Menu.Item>
        ) : (
          <>
            <Menu.Item onClick={renew}>{texts.renew}</Menu.Item>
            <Menu.Item onClick={() => void askForAuthority()}>{texts.newAuthority}</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function usePut(): (view: TlsView) => void {
  const calls = useCalls();
  const queries = useQueryClient();
  return (view) => queries.setQueryData(calls.tls.get.queryKey(), view);
}

// The dashboard in a browser: whether it is on, where, how another browser gets in, and the way to the people who may.

import { Button, Group, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import type { SignInLink, Status } from '../../../shared/model.ts';
import { useApi } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { Copyable, CopyIcon } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { SettingSwitch } from '../../ui/setting-switch.tsx';
import { ApiRow } from '../api/api-row.tsx';
import { endsSession, wrongDashboardHosts } from './dashboard-hosts.ts';
import { SettingList, SettingNumber } from './setting-fields.tsx';

const { dashboard: texts } = settingsTexts;

export function DashboardCard({ status, inBrowser }: { readonly status: Status; readonly inBrowser: boolean }) {
  const { url, secureUrl } = status.dashboard;
  const { owns } = useAbilities();
  const hostname = inBrowser ? window.location.hostname : undefined;
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        {/* Switched off from within a browser, it could not be switched on again there. */}
        {!inBrowser && (
          <SettingSwitch name="dashboard.enabled" title={texts.enabled} sentence={texts.enabledSentence} />
        )}
        {!inBrowser && (
          <SettingNumber name="dashboard.port" title={texts.port} sentence={texts.portSentence} min={1} max={65_535} />
        )}
        {(!inBrowser || owns) && (
          <SettingList
            name="dashboard.hosts"
            title={texts.hosts}
            sentence={texts.hostsSentence}
            wrong={(hosts) => wrongDashboardHosts(hosts, hostname)}
            ask={(after, before) =>
              hostname !== undefined && endsSession(before, after, hostname) ? texts.hostsSignOut : undefined
            }
          />
        )}
        <SettingSwitch name="metrics.keyNames" title={texts.keyNames} sentence={texts.keyNamesSentence} />
        {url !== null && (
          <SettingRow
            title={texts.address}
            sentence={<code>{url}</code>}
            control={() => <CopyIcon text={url} what={texts.address} />}
          />
        )}
        {secureUrl !== null && secureUrl !== url && (
          <SettingRow
            title={texts.secureAddress}
            sentence={<code>{secureUrl}</code>}
            control={() => <CopyIcon text={secureUrl} what={texts.secureAddress} />}
          />
        )}
        <ApiRow />
        {/* Only whoever sits at the machine may make one. */}
        {url !== null && !inBrowser && <LinkRow />}
        <PeopleRow />
      </div>
    </Panel>
  );
}

function PeopleRow() {
  const { manages } = useAbilities();
  if (!manages) return null;
  return (
    <SettingRow
      title={texts.people}
      sentence={texts.peopleSentence}
      control={({ 'aria-describedby': describedBy }) => (
        <Button component={Link} href="/people" variant="default" size="xs" aria-describedby={describedBy}>
          {texts.openPeople}
        </Button>
      )}
    />
  );
}

function LinkRow() {
  const { client } = useApi();
  // In this component's state alone: it opens the dashboard to whoever has it.
  const [link, setLink] = useState<SignInLink>();
  const make = useMutation({ mutationFn: () => client.dashboard.link().then(setLink), gcTime: 0 });
  return (
    <Stack gap={6} py={9}>
      <Group justify="space-between" wrap="nowrap" gap="lg">
        <div>
          <Text size="sm" fw={500}>
            {texts.link}
          </Text>
          <Text size="xs" c="dimmed">
            {texts.linkSentence}
          </Text>
        </div>
        <Button
          variant="default"
          size="xs"
          loading={make.isPending}
          onClick={() => make.mutate()}
          style={{ flex: 'none' }}
        >
          {texts.makeLink}
        </Button>
      </Group>
      {link && <Copyable text={link.url} what={texts.copyLink} />}
      {link && link.secureUrl !== null && <Copyable text={link.secureUrl} what={texts.copySecureLink} />}
    </Stack>
  );
}

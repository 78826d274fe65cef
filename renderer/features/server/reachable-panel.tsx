// At which addresses clients reach the server: this computer, then every network interface, with a QR code for phones.

import { ActionIcon, Group, Popover, Stack, Text } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { QRCodeSVG } from 'qrcode.react';
import type { Reachable, Status } from '../../../shared/model.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/page.tsx';

const { reachable: texts } = serverTexts;

export function ReachablePanel({ status }: { readonly status: Status }) {
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        {status.server.reachable.map((place) => (
          <Place key={`${place.interface} ${place.address}`} place={place} />
        ))}
      </div>
    </Panel>
  );
}

function Place({ place }: { readonly place: Reachable }) {
  const here = place.interface === 'lo';
  const name = here ? texts.thisComputer : place.interface;
  return (
    <Group gap="sm" wrap="nowrap" mih={38} py={4}>
      <Text size="sm" w={116} className="kh-clip" title={name} style={{ flex: 'none' }}>
        {name}
      </Text>
      {place.url === null ? (
        <Text size="sm" c="dimmed" className="kh-clip">
          {here ? texts.notListening : `${place.address} · ${texts.notListening}`}
        </Text>
      ) : (
        <>
          <div style={{ flex: 1, minWidth: 0 }}>
            <code className="kh-clip" style={{ display: 'block' }} title={place.url}>
              {place.url}
            </code>
            {place.plainUrl !== null && (
              <Text size="xs" c="dimmed" className="kh-clip">
                {texts.plain(place.plainUrl)}
              </Text>
            )}
          </div>
          <Group gap={2} wrap="nowrap">
            {!here && <Qr url={`${place.url}/v1`} name={name} />}
            <CopyIcon text={place.url} what={texts.addresses(name)} />
          </Group>
        </>
      )}
    </Group>
  );
}

function Qr({ url, name }: { readonly url: string; readonly name: string }) {
  return (
    <Popover position="bottom-end" shadow="md" withArrow trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={texts.qr(name)}>
          <IconQrcode size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.qr(name)}>
        <Stack gap="xs" align="center">
          {/* Black on white in both themes: many cameras do not read it the other way round. */}
          <QRCodeSVG value={url} size={176} marginSize={2} title={url} bgColor="#ffffff" fgColor="#000000" />
          <code>{url}</code>
          <Text size="xs" c="dimmed">
            {texts.scan}
          </Text>
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

// A QR code of an address, for phones on the same network.

import { ActionIcon, Popover, Stack, Text } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { QRCodeSVG } from 'qrcode.react';
import { serverTexts } from '../../texts/server-texts.ts';

const { reachable: texts } = serverTexts;

export function AddressQr({ url, name }: { readonly url: string; readonly name: string }) {
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

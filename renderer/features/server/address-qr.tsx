// A QR code of an address, for phones on the same network. Where it is encrypted, with the fingerprint of the authority that
// the phone has to trust, to be compared by eye: in the code itself it would be taken for a part of the address.

import { ActionIcon, Popover, Skeleton, Stack, Text } from '@mantine/core';
import { IconQrcode } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { useCalls } from '../../api/api-context.tsx';
import { serverTexts } from '../../texts/server-texts.ts';
import { later, useFetchLater } from '../../ui/later.tsx';
import { Fingerprint } from '../tls/fingerprint.tsx';

const { reachable: texts } = serverTexts;
const QrPicture = later(() => import('./qr-picture.tsx').then(({ QrPicture: picture }) => picture));
const sizePx = 176;

export function AddressQr({ url, name }: { readonly url: string; readonly name: string }) {
  useFetchLater(QrPicture);
  return (
    <Popover position="bottom-end" shadow="md" withArrow trapFocus>
      <Popover.Target>
        <ActionIcon variant="subtle" color="gray" size="sm" aria-label={texts.qr(name)}>
          <IconQrcode size={15} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label={texts.qr(name)}>
        <Stack gap="xs" align="center">
          <Suspense fallback={<Skeleton width={sizePx} height={sizePx} />}>
            <QrPicture text={url} size={sizePx} />
          </Suspense>
          <code>{url}</code>
          <Text size="xs" c="dimmed" ta="center" maw={230}>
            {texts.scan}
          </Text>
          {url.startsWith('https:') && <Authority />}
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
}

function Authority() {
  const { data } = useQuery(useCalls().tls.get.queryOptions());
  const fingerprint = data?.caFingerprint ?? data?.fingerprint;
  if (!data || fingerprint === null || fingerprint === undefined) return null;
  return (
    <Stack gap={4} align="center">
      <Text size="xs" c="dimmed" ta="center" maw={230}>
        {data.caFingerprint === null ? texts.certificateIs : texts.authorityIs}
      </Text>
      <Fingerprint text={fingerprint} />
    </Stack>
  );
}

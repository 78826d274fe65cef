// At which addresses clients reach the server: this computer, then every network by its kind and name, with a QR code for
// phones.

import { Badge, Group, Text } from '@mantine/core';
import type { Reachable, Status } from '../../../shared/model.ts';
import { networkTexts } from '../../texts/network-texts.ts';
import { serverTexts } from '../../texts/server-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Panel } from '../../ui/page.tsx';
import { AddressQr } from './address-qr.tsx';
import { type ReachableNetwork, reachableNetworks } from './reachable-networks.ts';

const { reachable: texts } = serverTexts;

export function ReachablePanel({ status }: { readonly status: Status }) {
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        {reachableNetworks(status.server.reachable).map((network) => (
          <Network key={network.name} network={network} />
        ))}
      </div>
    </Panel>
  );
}

function Network({ network: { name, kind, places } }: { readonly network: ReachableNetwork }) {
  const isHere = kind === 'loopback';
  return (
    <section aria-label={isHere ? texts.thisComputer : name} style={{ padding: '7px 0' }}>
      <Group gap={8} mih={22} wrap="nowrap">
        <Text size="sm" fw={500}>
          {networkTexts.kinds[kind]}
        </Text>
        {!isHere && (
          <Text size="xs" c="dimmed" className="kh-clip" title={name}>
            {name}
          </Text>
        )}
        {!isHere && places.some(({ url }) => url !== null) && (
          <Badge variant="light" color="gray" size="xs" ml="auto" style={{ flex: 'none' }}>
            {texts.listening}
          </Badge>
        )}
      </Group>
      {places.map((place) => (
        <Place key={`${place.address} ${place.url}`} place={place} name={isHere ? texts.thisComputer : name} />
      ))}
    </section>
  );
}

function Place({
  place: { address, url, plainUrl, kind },
  name,
}: {
  readonly place: Reachable;
  readonly name: string;
}) {
  if (url === null)
    return (
      <Text size="xs" c="dimmed" className="kh-clip">
        {kind === 'loopback' ? texts.notListening : `${address} · ${texts.notListening}`}
      </Text>
    );
  return (
    <Group gap="sm" wrap="nowrap" mih={30}>
      <div style={{ flex: 1, minWidth: 0 }}>
        <code className="kh-clip" style={{ display: 'block' }} title={url}>
          {url}
        </code>
        {plainUrl !== null && (
          <Text size="xs" c="dimmed" className="kh-clip">
            {texts.plain(plainUrl)}
          </Text>
        )}
      </div>
      <Group gap={2} wrap="nowrap">
        {kind !== 'loopback' && <AddressQr url={`${url}/v1`} name={name} />}
        <CopyIcon text={url} what={texts.addresses(name)} />
      </Group>
    </Group>
  );
}

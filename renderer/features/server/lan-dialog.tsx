// What the network switch opens, before it does: which networks, to whom, and that public addresses stay closed. All of
// them, or single ones by name.

import { Button, Checkbox, Group, Modal, Radio, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Status } from '../../../shared/model.ts';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { useSetting } from '../../api/settings-access.ts';
import { networkTexts } from '../../texts/network-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Notice } from '../../ui/notice.tsx';
import { firstChoice, type LanChoice, type OfferedNetwork, offeredNetworks } from './lan-choice.ts';

const { lan: texts, kinds } = networkTexts;

type LanDialogProps = { readonly access: Status['access']; readonly onClose: () => void };

export function LanDialog({ access, onClose }: LanDialogProps) {
  const interfaces = useQuery({ ...useCalls().network.interfaces.queryOptions(), staleTime: 0 });
  return (
    <Modal opened onClose={onClose} title={texts.title}>
      <Answer query={interfaces} lines={3}>
        {(list) => <Choice offered={offeredNetworks(list)} access={access} onClose={onClose} />}
      </Answer>
    </Modal>
  );
}

function Choice({ offered, access, onClose }: LanDialogProps & { readonly offered: readonly OfferedNetwork[] }) {
  const calls = useCalls();
  const hosts = useSetting('server.hosts')?.value ?? [];
  const setting = useSetting('server.port')?.value ?? 0;
  // Port 0 of the setting means any free one: what counts is where it listens.
  const [url] = useStatus().data?.server.urls ?? [];
  const port = Number(url === undefined ? setting : new URL(url).port);
  const [choice, setChoice] = useState<LanChoice>(() => firstChoice(hosts, offered));
  const setLan = useMutation(calls.server.setLan.mutationOptions({ onSuccess: onClose }));
  const isAll = choice.which === 'all';
  const ready = isAll || choice.names.length > 0;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) setLan.mutate(isAll ? { on: true } : { on: true, interfaces: [...choice.names] });
      }}
    >
      <Stack gap="md">
        <Text size="sm">{texts.becomes}</Text>
        <Radio.Group
          aria-label={texts.choose}
          value={choice.which}
          onChange={(which) => setChoice({ ...choice, which: which as LanChoice['which'] })}
        >
          <Stack gap="sm">
            <Radio value="all" label={texts.all} description={texts.allHint} />
            <Radio value="some" label={texts.some} description={texts.someHint} />
          </Stack>
        </Radio.Group>
        {offered.length === 0 && <Notice tone="limited">{texts.none}</Notice>}
        <div className="kh-rows">
          {offered.map((network) => (
            <Offered
              key={network.name}
              network={network}
              checked={isAll || choice.names.includes(network.name)}
              disabled={isAll}
              toggle={() => setChoice({ ...choice, names: toggled(choice.names, network.name) })}
            />
          ))}
        </div>
        <Text size="sm">
          {texts.who(port)} {texts.neverPublic}
        </Text>
        {!ready && (
          <Text size="sm" c="dimmed" role="status">
            {texts.noneChosen}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.cancel}
          </Button>
          <Button type="submit" loading={setLan.isPending} disabled={!ready}>
            {access.onLan ? texts.keep : texts.open}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

type OfferedProps = {
  readonly network: OfferedNetwork;
  readonly checked: boolean;
  readonly disabled: boolean;
  readonly toggle: () => void;
};

function Offered({ network: { name, kind, addresses, publicAddresses }, checked, disabled, toggle }: OfferedProps) {
  const closed = publicAddresses.map((address) => texts.publicToo(address));
  return (
    <Checkbox
      py={8}
      checked={checked}
      disabled={disabled}
      onChange={toggle}
      label={`${kinds[kind]} · ${name}`}
      description={[addresses.join(', '), ...closed].join(' · ')}
    />
  );
}

function toggled(names: readonly string[], name: string): readonly string[] {
  return names.includes(name) ? names.filter((one) => one !== name) : [...names, name];
}

// Opens a way in without a key: as which key it counts, what it is, and what one should know before. The address of a new path
// token is held in this component's state, until its dialog closes, and nowhere else.

import { Button, Group, Modal, NumberInput, Select, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { KeyhatchError } from '../../../shared/errors.ts';
import {
  isForOthers,
  longestPathTokenDays,
  type OpenedPath,
  unsuitableForRule,
  type WayFacts,
} from '../../../shared/ways-model.ts';
import { useApi, useKeys } from '../../api/api-context.tsx';
import { waysTexts } from '../../texts/ways-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Notice } from '../../ui/notice.tsx';
import { AddressField } from '../connect/address-field.tsx';
import { useAddress } from '../connect/use-address.ts';

const { form: texts, shown, kinds } = waysTexts;

type WayDialogProps = { readonly kind: WayFacts['kind']; readonly onClose: () => void };

export function WayDialog({ kind, onClose }: WayDialogProps) {
  const [opened, setOpened] = useState<OpenedPath>();
  if (opened) return <ShownPath opened={opened} onClose={onClose} />;
  return (
    <Modal opened onClose={onClose} title={kinds[kind]}>
      {kind === 'address_rule' && <RuleForm onDone={onClose} />}
      {kind === 'second_port' && <PortForm onDone={onClose} />}
      {kind === 'path_token' && <PathForm onDone={setOpened} />}
    </Modal>
  );
}

function RuleForm({ onDone }: { readonly onDone: () => void }) {
  const { client } = useApi();
  const [key, setKey] = useState<string | null>(null);
  const [cidr, setCidr] = useState('');
  const wrong = cidr === '' ? undefined : unsuitableForRule(cidr.trim());
  const open = useOpening(() => client.ways.addRule({ key: key ?? '', cidr: cidr.trim() }), onDone);
  return (
    <WayForm ready={key !== null && cidr !== '' && !wrong} warning={texts.addressWarning} opening={open}>
      <KeyField value={key} onChange={setKey} />
      <TextInput
        label={texts.address}
        description={texts.addressHint}
        placeholder={texts.addressPlaceholder}
        value={cidr}
        error={wrong}
        onChange={({ currentTarget }) => setCidr(currentTarget.value)}
      />
    </WayForm>
  );
}

function PortForm({ onDone }: { readonly onDone: () => void }) {
  const { client } = useApi();
  const ask = useAsk();
  const [key, setKey] = useState<string | null>(null);
  const [port, setPort] = useState<number | string>('');
  const [hosts, setHosts] = useState<string[]>(['127.0.0.1']);
  const set = (confirm: boolean) => client.ways.setPort({ key: key ?? '', port: Number(port), hosts, confirm });
  const open = useOpening(async () => {
    try {
      return await set(false);
    } catch (error) {
      if (!(error instanceof KeyhatchError) || error.code !== 'confirmation_needed') throw error;
      if (await ask.confirm({ consequence: String(error.details['consequence']), act: texts.act })) return set(true);
      return undefined;
    }
  }, onDone);
  return (
    <WayForm ready={key !== null && port !== '' && hosts.length > 0} warning={texts.portWarning} opening={open}>
      <KeyField value={key} onChange={setKey} />
      <NumberInput
        label={texts.port}
        description={texts.portHint}
        min={1}
        max={65_535}
        allowDecimal={false}
        hideControls
        value={port}
        onChange={setPort}
      />
      <TagsInput
        label={texts.hosts}
        description={texts.hostsHint}
        value={hosts}
        onChange={setHosts}
        acceptValueOnBlur
      />
    </WayForm>
  );
}

function PathForm({ onDone }: { readonly onDone: (opened: OpenedPath) => void }) {
  const { client } = useApi();
  const [key, setKey] = useState<string | null>(null);
  const [name, setName] = useState('');
  const [networks, setNetworks] = useState<string[]>(['my-network']);
  const [models, setModels] = useState<string[]>([]);
  const [days, setDays] = useState<number | string>(30);
  const chosen = models.length === 0 ? null : models;
  const open = useOpening(
    () => client.ways.addPath({ key: key ?? '', name: name.trim(), networks, models: chosen, days: Number(days) }),
    onDone,
  );
  const ready = key !== null && name.trim() !== '' && networks.length > 0 && days !== '';
  return (
    <WayForm ready={ready} warning={texts.pathWarning} opening={open}>
      <TextInput
        label={texts.name}
        placeholder={texts.namePlaceholder}
        maxLength={80}
        value={name}
        onChange={({ currentTarget }) => setName(currentTarget.value)}
        data-autofocus
      />
      <KeyField value={key} onChange={setKey} />
      <TagsInput
        label={texts.networks}
        description={texts.networksHint}
        data={['my-network', 'this-computer']}
        value={networks}
        onChange={setNetworks}
        acceptValueOnBlur
      />
      <TagsInput
        label={texts.models}
        description={texts.modelsHint}
        value={models}
        onChange={setModels}
        acceptValueOnBlur
      />
      <NumberInput
        label={texts.days}
        description={texts.daysHint}
        min={1}
        max={longestPathTokenDays}
        allowDecimal={false}
        value={days}
        onChange={setDays}
      />
    </WayForm>
  );
}

type Opening = { readonly go: () => void; readonly busy: boolean; readonly failure: string | undefined };

/** @param onDone not called where nothing was opened after all */
function useOpening<Opened>(open: () => Promise<Opened | undefined>, onDone: (opened: Opened) => void): Opening {
  const { calls } = useApi();
  const queries = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    meta: { quiet: true },
    // A path token goes past the cache of what was answered.
    gcTime: 0,
    mutationFn: async () => {
      const opened = await open();
      if (opened === undefined) return;
      await queries.invalidateQueries({ queryKey: calls.ways.key() });
      onDone(opened);
    },
  });
  return { go: mutate, busy: isPending, failure: error?.message };
}

type WayFormProps = {
  readonly ready: boolean;
  readonly warning: string;
  readonly opening: Opening;
  readonly children: ReactNode;
};

function WayForm({ ready, warning, opening, children }: WayFormProps) {
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) opening.go();
      }}
    >
      <Stack>
        {children}
        <Notice tone="limited" role="note">
          {warning}
        </Notice>
        {opening.failure !== undefined && <Notice tone="bad">{opening.failure}</Notice>}
        <Button type="submit" disabled={!ready} loading={opening.busy}>
          {texts.act}
        </Button>
      </Stack>
    </form>
  );
}

type KeyFieldProps = { readonly value: string | null; readonly onChange: (key: string | null) => void };

function KeyField({ value, onChange }: KeyFieldProps) {
  const { data: keys = [] } = useKeys();
  const usable = keys.filter(
    ({ kind, status }) => kind === 'inference' && status !== 'revoked' && status !== 'expired',
  );
  return (
    <Select
      label={texts.key}
      description={texts.keyHint}
      data={usable.map(({ id, name }) => ({ value: id, label: name }))}
      value={value}
      onChange={onChange}
      error={keys.length > 0 && usable.length === 0 ? texts.noKeys : undefined}
      searchable={usable.length > 8}
      allowDeselect={false}
    />
  );
}

function ShownPath({ opened, onClose }: { readonly opened: OpenedPath; readonly onClose: () => void }) {
  const address = useAddress(isForOthers(opened.way.networks) ? 'others' : 'here');
  const baseUrl = `${address.baseUrl}${opened.path}/v1`;
  return (
    <Modal
      opened
      onClose={() => {}}
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      title={shown.title(opened.way.name)}
      size={560}
    >
      <Stack>
        <Text size="sm">{shown.once}</Text>
        <AddressField address={address} />
        <code style={{ overflowWrap: 'anywhere' }}>{baseUrl}</code>
        <Notice tone="limited" role="note">
          {texts.pathWarning}
        </Notice>
        <Group justify="space-between">
          <CopyButton text={baseUrl} what={shown.what} secret />
          <Button variant="default" onClick={onClose}>
            {shown.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

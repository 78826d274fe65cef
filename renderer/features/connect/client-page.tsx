// One program: what to fill in where, and the test that says when it works. A key made here is shown once, by its dialog.

import { Button, Group, Stack, Text } from '@mantine/core';
import { IconArrowLeft, IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { CreatedKey, KeyFacts, Status } from '../../../shared/model.ts';
import type { Client } from '../../../shared/snippets-template.ts';
import { useKeys, useStatus } from '../../api/api-context.tsx';
import { useCreateKey } from '../../api/create-key.ts';
import { useAbilities } from '../../api/me.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { ShownOnce } from '../keys/shown-once.tsx';
import './connect.css';
import { AddressField } from './address-field.tsx';
import { ClientNotes } from './client-notes.tsx';
import { EnvPanel } from './env-panel.tsx';
import { firstChoice, modelsOf } from './model-choice.ts';
import { ModelField } from './model-field.tsx';
import { SnippetSteps } from './snippet-steps.tsx';
import { SystemChoice, useSystem } from './system-choice.tsx';
import { TestPanel } from './test-panel.tsx';
import { useAddress } from './use-address.ts';
import type { Awaited } from './use-first-request.ts';

export function ClientPage({ client }: { readonly client: Client }) {
  const status = useStatus();
  const keys = useKeys();
  const tone = client.support === 'limited' ? 'limited' : 'off';
  return (
    <Page
      title={client.name}
      actions={
        <>
          {client.support !== 'works' && <Pill tone={tone}>{texts.support[client.support]}</Pill>}
          <Button
            component={Link}
            href="/connect"
            variant="subtle"
            color="gray"
            leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
          >
            {texts.back}
          </Button>
        </>
      }
    >
      <Note client={client} />
      {client.steps.length > 0 && (
        <Answer query={{ ...keys, data: status.data && keys.data, error: status.error ?? keys.error }} lines={8}>
          {(list) => status.data && <Connecting client={client} status={status.data} keys={list} />}
        </Answer>
      )}
    </Page>
  );
}

function Note({ client: { support, notes } }: { readonly client: Client }) {
  if (support === 'works')
    return (
      <Text c="dimmed">
        <ClientNotes text={notes} />
      </Text>
    );
  return (
    <Notice tone={support === 'limited' ? 'limited' : 'accent'} title={texts.notes[support]}>
      <ClientNotes text={notes} />
    </Notice>
  );
}

type ConnectingProps = { readonly client: Client; readonly status: Status; readonly keys: readonly KeyFacts[] };

function Connecting({ client, status, keys }: ConnectingProps) {
  const usable = keys.filter(
    ({ kind, status }) => kind === 'inference' && (status === 'active' || status === 'paused'),
  );
  const [keyId, setKeyId] = useState<string | null>(null);
  const [awaited, setAwaited] = useState<Awaited>();
  const [model, setModel] = useState<string>();
  const [system, setSystem] = useSystem();
  const key = usable.find(({ id }) => id === keyId);
  const models = modelsOf(status, key);
  const filled = model ?? firstChoice(models) ?? '';
  const address = useAddress();
  const { baseUrl } = address;
  return (
    <div className="kh-split">
      <Stack gap={14} miw={0}>
        {status.server.state !== 'running' && <Stopped />}
        <Panel title={texts.choose}>
          <div className="kh-choices">
            <ModelField models={models} value={filled} onChange={setModel} />
            <SystemChoice system={system} choose={setSystem} />
            <AddressField address={address} />
          </div>
          <MakeKey
            client={client}
            made={({ id, facts }) => {
              setKeyId(id);
              setAwaited({ keyId: id, sinceMs: facts.createdAt });
            }}
          />
        </Panel>
        <Panel>
          <SnippetSteps client={client} input={{ baseUrl, model: filled }} system={system} />
        </Panel>
        <EnvPanel baseUrl={baseUrl} dialect={client.dialect} system={system} />
      </Stack>
      <div className="kh-beside">
        <TestPanel
          clientName={client.name}
          keys={usable}
          keyId={key?.id ?? null}
          chooseKey={setKeyId}
          awaited={awaited}
          await={setAwaited}
        />
      </div>
    </div>
  );
}

function Stopped() {
  const { manages } = useAbilities();
  return (
    <Notice
      tone="limited"
      action={
        manages && (
          <Button component={Link} href="/server" variant="default" size="xs">
            {texts.toServer}
          </Button>
        )
      }
    >
      {texts.stopped}
    </Notice>
  );
}

/** The secret stays in this component's state until its dialog closes. */
function MakeKey({ client, made }: { readonly client: Client; readonly made: (created: CreatedKey) => void }) {
  const { makesKeys } = useAbilities();
  const { create, isPending } = useCreateKey();
  const [created, setCreated] = useState<CreatedKey>();
  async function make(): Promise<void> {
    const key = await create({ name: client.name });
    if (!key) return;
    setCreated(key);
    made(key);
  }
  if (!makesKeys) return null;
  return (
    <Group gap="sm" mt="sm" justify="space-between">
      <Text size="sm" c="dimmed" style={{ flex: '1 1 16rem' }}>
        {texts.keyHint}
      </Text>
      <Button
        variant="default"
        leftSection={<IconPlus size={16} aria-hidden="true" />}
        loading={isPending}
        onClick={() => void make()}
      >
        {texts.makeKey}
      </Button>
      {created && <ShownOnce created={created} clientId={client.id} onClose={() => setCreated(undefined)} />}
    </Group>
  );
}

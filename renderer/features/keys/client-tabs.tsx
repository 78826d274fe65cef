// The programs people connect most, as tabs with their settings filled in, and all others behind "More". Holds the secret
// only as long as whoever shows it does.

import { Menu, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { KeyFacts, Status } from '../../../shared/model.ts';
import { clientById, clients } from '../../../shared/snippets.ts';
import { connectTexts } from '../../texts/connect-texts.ts';
import { shownOnceTexts as texts } from '../../texts/shown-once-texts.ts';
import { AddressField } from '../connect/address-field.tsx';
import { ClientNotes } from '../connect/client-notes.tsx';
import '../connect/connect.css';
import { firstChoice, modelsOf } from '../connect/model-choice.ts';
import { ModelField } from '../connect/model-field.tsx';
import { SnippetSteps } from '../connect/snippet-steps.tsx';
import { systemOf } from '../connect/system.ts';
import type { ChosenAddress } from '../connect/use-address.ts';

const often = [
  ['continue', 'Continue'],
  ['zed', 'Zed'],
  ['vscode-copilot', 'VS Code'],
  ['open-webui', 'Open WebUI'],
  ['claude-code', 'Claude Code'],
  ['codex', 'Codex'],
  ['openai-python', 'Python'],
  ['curl-openai', 'curl'],
] as const;

const others = clients.filter(({ id, steps }) => steps.length > 0 && !often.some(([known]) => known === id));

type ClientTabsProps = {
  readonly secret: string;
  readonly facts: KeyFacts;
  readonly status: Status | undefined;
  readonly address: ChosenAddress;
  readonly firstId?: string | undefined;
  readonly onKeyCopied: (clearsAfterMs: number | null) => void;
};

export function ClientTabs({ secret, facts, status, address, firstId, onKeyCopied }: ClientTabsProps) {
  const [chosen, setChosen] = useState(firstId ?? often[0][0]);
  const [model, setModel] = useState<string>();
  const client = clientById(chosen);
  const models = modelsOf(status, facts);
  const filled = model ?? firstChoice(models) ?? '';
  return (
    <Stack gap="sm">
      <Choices chosen={chosen} choose={setChosen} />
      <ModelField models={models} value={filled} onChange={setModel} />
      <AddressField address={address} />
      {client && (
        <>
          <SnippetSteps
            client={client}
            input={{ baseUrl: address.baseUrl, key: secret, model: filled }}
            system={systemOf(navigator.platform)}
            onKeyCopied={onKeyCopied}
          />
          <Text size="xs" c="dimmed">
            <ClientNotes text={client.notes} />
          </Text>
        </>
      )}
    </Stack>
  );
}

function Choices({ chosen, choose }: { readonly chosen: string; readonly choose: (id: string) => void }) {
  const other = others.find(({ id }) => id === chosen);
  return (
    <fieldset className="kh-tabs" aria-label={texts.clients}>
      {often.map(([id, name]) => (
        <button
          key={id}
          type="button"
          aria-pressed={chosen === id}
          data-chosen={chosen === id || undefined}
          onClick={() => choose(id)}
        >
          {name}
        </button>
      ))}
      <Menu position="bottom-start" shadow="md" withinPortal={false} withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <button type="button" data-chosen={other !== undefined || undefined}>
            {other?.name ?? texts.more}
          </button>
        </Menu.Target>
        <Menu.Dropdown mah={280} style={{ overflowY: 'auto' }}>
          {others.map(({ id, name, group }) => (
            <Menu.Item key={id} onClick={() => choose(id)} rightSection={<Group name={connectTexts.groups[group]} />}>
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </fieldset>
  );
}

function Group({ name }: { readonly name: string }) {
  return (
    <Text size="xs" c="dimmed" pl={24}>
      {name}
    </Text>
  );
}

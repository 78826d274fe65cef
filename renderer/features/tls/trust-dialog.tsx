// How another machine is told to trust this server: the authority to download, its fingerprint, and the steps by system.

import { Button, Group, List, Modal, Select, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { useState } from 'react';
import type { Status } from '../../../shared/model.ts';
import type { TlsView } from '../../../shared/tls-model.ts';
import { authorityFile, trustCommand, trustHelps } from '../../../shared/trust-help.ts';
import { saveFile } from '../../api/save-file.ts';
import { tlsTexts } from '../../texts/tls-texts.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Copyable } from '../../ui/copy-button.tsx';
import { Fingerprint } from './fingerprint.tsx';

const { trustDialog: texts } = tlsTexts;

type TrustDialogProps = { readonly tls: TlsView; readonly status: Status; readonly onClose: () => void };

export function TrustDialog({ tls, status, onClose }: TrustDialogProps) {
  const [id, setId] = useState<string>(trustHelps[0]?.id ?? '');
  const help = trustHelps.find((one) => one.id === id);
  const command = help && trustCommand(help);
  const address = addressOf(status);
  return (
    <Modal opened onClose={onClose} title={texts.title} size="lg">
      <Stack>
        <Text size="sm">{texts.about}</Text>
        <Group justify="space-between" align="flex-start" gap="md">
          <div>
            <Text size="xs" c="dimmed">
              {texts.compare}
            </Text>
            <Fingerprint text={tls.caFingerprint ?? ''} />
          </div>
          <Button
            leftSection={<IconDownload size={16} />}
            onClick={() => saveFile(new Blob([tls.caPem ?? '']), authorityFile)}
          >
            {texts.download}
          </Button>
        </Group>
        {address !== undefined && (
          <div>
            <Text size="xs" c="dimmed" mb={4}>
              {texts.from}
            </Text>
            <Copyable text={address} what={texts.copyAddress} />
          </div>
        )}
        <Select
          label={texts.system}
          data={trustHelps.map(({ id: value, name: label }) => ({ value, label }))}
          value={id}
          onChange={(next) => setId(next ?? id)}
          allowDeselect={false}
        />
        {help?.steps.length === 1 && <Text size="sm">{help.steps[0]}</Text>}
        {help && help.steps.length > 1 && (
          <List type="ordered" size="sm" spacing={4}>
            {help.steps.map((step) => (
              <List.Item key={step}>{step}</List.Item>
            ))}
          </List>
        )}
        {command !== undefined && <CodeBlock code={command} language="shell" what={texts.copyCommand} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {texts.done}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

// Plain where that is taken: whoever is to trust it first would be warned of it otherwise.
function addressOf({ server }: Status): string | undefined {
  const place = server.reachable.find(({ interface: name, url }) => name !== 'lo' && url !== null);
  const base = place?.plainUrl ?? place?.url?.replace(/^https:/, 'http:');
  return base === undefined ? undefined : `${base}/keyhatch-ca.crt`;
}

// A certificate that was brought along, with its key: pasted or from files. The key is held here until the dialog closes
// and goes past the query cache.

import { Button, FileButton, Group, Modal, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { TlsView } from '../../../shared/tls-model.ts';
import { useApi } from '../../api/api-context.tsx';
import { tlsTexts } from '../../texts/tls-texts.ts';

const { pemDialog: texts } = tlsTexts;

type PemDialogProps = { readonly onClose: () => void; readonly onDone: (view: TlsView) => void };

export function PemDialog({ onClose, onDone }: PemDialogProps) {
  // By another name: it is a call of the contract, and no hook.
  const { usePem: bring } = useApi().client.tls;
  const [certificate, setCertificate] = useState('');
  const [key, setKey] = useState('');
  const use = useMutation({
    mutationFn: async () => {
      onDone(await bring({ certificate, key }));
      onClose();
    },
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={texts.title} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (certificate !== '' && key !== '') use.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{texts.about}</Text>
          <PemField label={texts.certificate} hint={texts.certificateHint} value={certificate} put={setCertificate} />
          <PemField label={texts.key} hint={texts.keyHint} value={key} put={setKey} />
          <Group justify="flex-end">
            <Button type="submit" loading={use.isPending} disabled={certificate === '' || key === ''}>
              {texts.act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

type PemFieldProps = {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly put: (text: string) => void;
};

function PemField({ label, hint, value, put }: PemFieldProps) {
  return (
    <Stack gap={6}>
      <Textarea
        label={label}
        description={hint}
        value={value}
        onChange={({ currentTarget }) => put(currentTarget.value)}
        minRows={4}
        maxRows={7}
        autosize
        spellCheck={false}
        autoComplete="off"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 12 } }}
      />
      <Group>
        <FileButton onChange={(file) => void file?.text().then(put)} accept=".pem,.crt,.cer,.key">
          {(props) => (
            <Button {...props} variant="subtle" size="compact-xs" aria-label={`${label}: ${texts.choose}`}>
              {texts.choose}
            </Button>
          )}
        </FileButton>
      </Group>
    </Stack>
  );
}

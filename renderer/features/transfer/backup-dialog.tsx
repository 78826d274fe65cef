// Makes a sealed backup and hands it over as a file. The passphrase is held here until the dialog closes.

import { Button, Group, Modal, PasswordInput, Progress, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useApi } from '../../api/api-context.tsx';
import { saveFile } from '../../api/save-file.ts';
import { transferTexts } from '../../texts/transfer-texts.ts';
import { dayOf } from '../usage/usage-query.ts';
import { passphraseStrength, shortestPassphrase } from './passphrase-strength.ts';
import { Working } from './working.tsx';

const { backup: texts } = transferTexts;

export function BackupDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const [passphrase, setPassphrase] = useState('');
  const [again, setAgain] = useState('');
  const [done, setDone] = useState<string>();
  const differs = again !== '' && !passphrase.startsWith(again) && again !== passphrase;
  const ready = passphrase.length >= shortestPassphrase && again === passphrase;
  // Not through the query cache: it would keep the passphrase.
  const seal = useMutation({
    mutationFn: async () => {
      const { text, keys, projects } = await client.backup.create({ passphrase });
      const file = `keyhatch-backup-${dayOf(Date.now())}.khb`;
      saveFile(new Blob([text]), file);
      setDone(texts.done(file, keys, projects));
    },
    gcTime: 0,
  });
  return (
    <Modal opened onClose={onClose} title={transferTexts.backupTitle} closeOnClickOutside={!seal.isPending}>
      {done !== undefined ? (
        <Stack>
          <Text size="sm" role="status">
            {done}
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>{transferTexts.import.close}</Button>
          </Group>
        </Stack>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) seal.mutate();
          }}
        >
          <Stack>
            <Text size="sm">{texts.about}</Text>
            <PasswordInput
              label={texts.passphrase}
              description={texts.hint}
              data-autofocus
              autoComplete="new-password"
              value={passphrase}
              onChange={({ currentTarget }) => setPassphrase(currentTarget.value)}
            />
            {passphrase !== '' && <StrengthHint passphrase={passphrase} />}
            <PasswordInput
              label={texts.again}
              autoComplete="new-password"
              value={again}
              error={differs && texts.differ}
              onChange={({ currentTarget }) => setAgain(currentTarget.value)}
            />
            {seal.isPending && <Working>{texts.working}</Working>}
            <Group justify="flex-end">
              <Button type="submit" disabled={!ready} loading={seal.isPending}>
                {texts.act}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}

const bars = { weak: 25, fair: 60, strong: 100 } as const;

function StrengthHint({ passphrase }: { readonly passphrase: string }) {
  const strength = passphraseStrength(passphrase);
  const missing = shortestPassphrase - passphrase.length;
  return (
    <div>
      <Progress
        size={4}
        value={bars[strength]}
        color={strength === 'weak' ? 'var(--kh-limited)' : 'var(--kh-accent-text)'}
        aria-label={texts.strengthLabel}
      />
      <Text size="xs" c="dimmed" mt={4} role="status">
        {missing > 0 ? texts.short(missing) : texts.strength[strength]}
      </Text>
    </div>
  );
}

// Restores a sealed backup. Where something is here already, says what would be replaced and asks a second time.

import { Button, Code, FileButton, Group, Modal, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { KeyhatchError } from '../../../shared/errors.ts';
import type { BackupRestored } from '../../../shared/transfer-model.ts';
import { useApi } from '../../api/api-context.tsx';
import { transferTexts } from '../../texts/transfer-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { Working } from './working.tsx';

const { restore: texts } = transferTexts;

type Chosen = { readonly name: string; readonly text: string };

export function RestoreDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const queries = useQueryClient();
  const [file, setFile] = useState<Chosen>();
  const [passphrase, setPassphrase] = useState('');
  const [done, setDone] = useState<BackupRestored>();
  const [conflict, setConflict] = useState<string>();
  const [failure, setFailure] = useState<string>();
  const restore = useMutation({
    meta: { quiet: true },
    mutationFn: async () => {
      setFailure(undefined);
      const restored = await client.backup.restore({
        text: file?.text ?? '',
        passphrase,
        replace: conflict !== undefined,
      });
      setDone(restored);
      await queries.invalidateQueries();
    },
    onError: (error) => {
      const conflicts = error instanceof KeyhatchError && error.code === 'backup_conflicts';
      if (conflicts) setConflict(texts.conflict(String(error.details['what'])));
      else setFailure(error.message);
    },
    gcTime: 0,
  });
  if (done) {
    return (
      <Modal opened onClose={onClose} title={texts.title}>
        <Stack>
          <Text size="sm" role="status">
            {doneText(done)}
          </Text>
          <Group justify="flex-end">
            <Button onClick={onClose}>{transferTexts.import.close}</Button>
          </Group>
        </Stack>
      </Modal>
    );
  }
  const ready = file !== undefined && passphrase !== '';
  return (
    <Modal opened onClose={onClose} title={texts.title} closeOnClickOutside={!restore.isPending}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) restore.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{texts.about}</Text>
          <Group gap="sm">
            <FileButton
              onChange={(chosen) => {
                if (chosen) void chosen.text().then((text) => setFile({ name: chosen.name, text }));
              }}
            >
              {(props) => (
                <Button {...props} variant="default">
                  {texts.choose}
                </Button>
              )}
            </FileButton>
            {file && <Code>{file.name}</Code>}
          </Group>
          <PasswordInput
            label={texts.passphrase}
            autoComplete="off"
            value={passphrase}
            onChange={({ currentTarget }) => setPassphrase(currentTarget.value)}
          />
          {failure !== undefined && <Notice tone="bad">{failure}</Notice>}
          {conflict !== undefined && (
            <Notice tone="limited" role="alert" title={texts.replaceTitle}>
              {conflict}
            </Notice>
          )}
          {restore.isPending && <Working>{texts.working}</Working>}
          <Group justify="flex-end">
            <Button
              type="submit"
              disabled={!ready}
              loading={restore.isPending}
              {...(conflict === undefined ? {} : { color: 'red' })}
            >
              {conflict === undefined ? texts.act : texts.replace}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

function doneText({ keys, projects, settings, ended, paused, notTaken, atNextStart }: BackupRestored): string {
  return (
    texts.done(keys, projects, settings) +
    (ended === 0 ? '' : texts.ended(ended)) +
    (paused === 0 ? '' : texts.paused(paused)) +
    (notTaken.length === 0 ? '' : texts.notTaken(notTaken.join(', '))) +
    (atNextStart.length === 0 ? '' : texts.atNextStart(atNextStart.join(', ')))
  );
}

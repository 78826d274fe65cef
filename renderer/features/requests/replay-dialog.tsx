// Asks before a captured request is sent again: to which model, and what that costs. Leads to the new request's page.

import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { captureTexts } from '../../texts/capture-texts.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { modelsOf } from '../connect/model-choice.ts';
import { ModelField } from '../connect/model-field.tsx';

const { replay: texts } = captureTexts;

export function ReplayDialog({ row, onClose }: { readonly row: RequestView; readonly onClose: () => void }) {
  const calls = useCalls();
  const [, go] = useLocation();
  const models = modelsOf(useStatus().data);
  const [model, setModel] = useState(models.find((one) => one !== row.model) ?? row.model ?? '');
  const replay = useMutation(
    calls.requests.replay.mutationOptions({
      onSuccess: ({ id }) => go(`/requests/${encodeURIComponent(id)}?open=1`),
    }),
  );
  return (
    <Modal opened onClose={onClose} title={texts.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          replay.mutate({ id: row.id, model: model.trim() });
        }}
      >
        <Stack>
          <Text size="sm">{texts.about}</Text>
          <ModelField models={models} value={model} onChange={setModel} />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              {commonTexts.cancel}
            </Button>
            <Button type="submit" loading={replay.isPending} disabled={model.trim() === ''}>
              {texts.send}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

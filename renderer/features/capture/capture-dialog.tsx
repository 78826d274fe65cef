// Asks before the prompts and answers of a key are kept: what that means, and for how long. There is no "until I say so".

import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { captureDefaultMs, captureLongestMs } from '../../../shared/capture-model.ts';
import type { KeyFacts } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { captureTexts } from '../../texts/capture-texts.ts';
import { commonTexts } from '../../texts/common-texts.ts';

const { dialog: texts } = captureTexts;
const lengths = { quarter: 900_000, hour: captureDefaultMs, day: 86_400_000, week: captureLongestMs } as const;
type Length = keyof typeof lengths;

export function CaptureDialog({ facts, onClose }: { readonly facts: KeyFacts; readonly onClose: () => void }) {
  const [length, setLength] = useState<Length>('hour');
  const start = useMutation(useCalls().capture.start.mutationOptions({ onSuccess: onClose }));
  return (
    <Modal opened onClose={onClose} title={texts.title(facts.name)}>
      <Stack>
        <Text size="sm">{texts.about}</Text>
        <Text size="sm">{texts.others}</Text>
        <Select
          label={texts.forHowLong}
          data={Object.entries(texts.lengths).map(([value, label]) => ({ value, label }))}
          value={length}
          onChange={(value) => setLength(value as Length)}
          allowDeselect={false}
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            {commonTexts.cancel}
          </Button>
          <Button
            style={{ background: 'var(--kh-bad)', color: 'var(--mantine-color-body)' }}
            loading={start.isPending}
            onClick={() => start.mutate({ ref: facts.id, forMs: lengths[length] })}
          >
            {texts.act}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}

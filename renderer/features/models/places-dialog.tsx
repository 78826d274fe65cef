// How many requests a model server takes at once: as it says itself, a number of the owner's, or as many as come.

import { Button, Modal, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { UpstreamStatus } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { modelsTexts } from '../../texts/models-texts.ts';
import type { Amount } from '../keys/policy-draft.ts';
import { AmountInput } from '../keys/policy-fields.tsx';

const { places: texts } = modelsTexts;
type Choice = keyof typeof texts.choices;

type PlacesDialogProps = { readonly upstream: UpstreamStatus; readonly onClose: () => void };

export function PlacesDialog({ upstream, onClose }: PlacesDialogProps) {
  const { id, name, parallel, places } = upstream;
  const calls = useCalls();
  const queries = useQueryClient();
  const [choice, setChoice] = useState<Choice>(parallel === undefined ? 'auto' : parallel === null ? 'free' : 'number');
  const [amount, setAmount] = useState<Amount>(parallel ?? places.limit ?? 4);
  const edit = useMutation(
    calls.upstreams.edit.mutationOptions({
      onSuccess: () => {
        void queries.invalidateQueries({ queryKey: calls.upstreams.list.key() });
        onClose();
      },
    }),
  );
  const wanted = choice === 'auto' ? ('auto' as const) : choice === 'free' ? null : amount;
  return (
    <Modal opened onClose={onClose} title={texts.title(name)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== '') edit.mutate({ ref: id, parallel: wanted });
        }}
      >
        <Stack>
          <Text size="sm">{texts.about}</Text>
          <SegmentedControl
            fullWidth
            size="xs"
            aria-label={texts.label}
            data={Object.entries(texts.choices).map(([value, label]) => ({ value, label }))}
            value={choice}
            onChange={(chosen) => setChoice(chosen as Choice)}
          />
          {choice === 'number' ? (
            <AmountInput label={texts.number} min={1} max={10_000} placeholder="" value={amount} onChange={setAmount} />
          ) : (
            <Text size="xs" c="dimmed">
              {texts.hints[choice]}
            </Text>
          )}
          <Button type="submit" disabled={wanted === ''} loading={edit.isPending}>
            {texts.act}
          </Button>
        </Stack>
      </form>
    </Modal>
  );
}

// Where to listen: which port, and whether other machines may reach it.

import { Button, Group, Input, SegmentedControl, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useSetting } from '../../api/settings-access.ts';
import { firstRunTexts } from '../../texts/first-run-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { PortField } from './port-field.tsx';

const { listen: texts, next: nextWord } = firstRunTexts;

type ListenStepProps = { readonly status: Status; readonly stay: () => void; readonly next: () => void };

export function ListenStep({ status, stay, next }: ListenStepProps) {
  const calls = useCalls();
  const lan = useMutation(calls.server.setLan.mutationOptions());
  const start = useMutation(calls.server.start.mutationOptions());
  const hosts = useSetting('server.hosts');
  const { onLan } = status.access;
  return (
    <Stack gap="md">
      {status.server.state !== 'running' && (
        <Notice
          tone="limited"
          title={texts.stopped}
          action={
            <Button
              variant="default"
              size="xs"
              loading={start.isPending || status.server.state === 'starting'}
              onClick={() => start.mutate({})}
            >
              {texts.start}
            </Button>
          }
        >
          {status.server.reason}
        </Notice>
      )}
      <Input.Wrapper label={texts.who} labelElement="div" description={onLan ? texts.lanHint : texts.hereHint}>
        <SegmentedControl
          mt={6}
          aria-label={texts.who}
          value={onLan ? 'lan' : 'here'}
          disabled={lan.isPending || hosts?.setByFlag !== false}
          onChange={(value) => {
            stay();
            lan.mutate({ on: value === 'lan' });
          }}
          data={[
            { value: 'here', label: texts.here },
            { value: 'lan', label: texts.lan },
          ]}
        />
      </Input.Wrapper>
      <PortField status={status} stay={stay} />
      <Text size="sm" c="dimmed">
        {status.access.sentence}
      </Text>
      <Group gap="sm">
        <Button onClick={next}>{nextWord}</Button>
      </Group>
    </Stack>
  );
}

// State, address, how long, how busy, and the one button that starts or stops it.

import { Button, Group, Text, Title, Tooltip, VisuallyHidden } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { serverTexts as texts } from '../../texts/server-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { Copyable } from '../../ui/copy-button.tsx';
import { formatLength } from '../../ui/format.ts';
import { useNow } from '../../ui/moment.tsx';
import { Pill } from '../../ui/pill.tsx';
import { stateOf } from '../shell/server-state.ts';
import { Pulse } from './pulse.tsx';

export function ServerHeader({ status }: { readonly status: Status }) {
  const { manages } = useAbilities();
  const { tone, word } = stateOf(status);
  const [url] = status.server.urls;
  return (
    <Group justify="space-between" gap="sm" mih={36}>
      <VisuallyHidden>
        <Title order={1}>{texts.title}</Title>
      </VisuallyHidden>
      <Group gap={10} role="status">
        <Pill tone={tone} dot>
          {word}
        </Pill>
        {url && <Copyable text={`${url}/v1`} what={texts.address} />}
        {status.server.startedAt !== null && <Uptime since={status.server.startedAt} />}
      </Group>
      <Group gap="sm">
        {status.server.state === 'running' && <Pulse />}
        {manages && <StartStop status={status} />}
      </Group>
    </Group>
  );
}

function Uptime({ since }: { readonly since: number }) {
  const now = useNow(10_000);
  return (
    <Tooltip label={new Date(since).toLocaleString()}>
      <Text size="sm" c="dimmed">
        {texts.upFor(formatLength(Math.max(1000, now - since)))}
      </Text>
    </Tooltip>
  );
}

function StartStop({ status }: { readonly status: Status }) {
  const calls = useCalls();
  const ask = useAsk();
  const start = useMutation(calls.server.start.mutationOptions());
  const stop = useMutation(calls.server.stop.mutationOptions());
  const { state, running } = status.server;

  async function stopOrAsk(): Promise<void> {
    const agreed =
      running === 0 ||
      (await ask.confirm({ consequence: texts.stopAsk, title: texts.stopRunning(running), act: texts.stopAct }));
    if (agreed) stop.mutate({});
  }

  if (state === 'running' || state === 'stopping') {
    return (
      <Button variant="default" loading={state === 'stopping' || stop.isPending} onClick={() => void stopOrAsk()}>
        {running > 0 ? texts.stopRunning(running) : texts.stop}
      </Button>
    );
  }
  return (
    <Button loading={state === 'starting' || start.isPending} onClick={() => start.mutate({})}>
      {texts.start}
    </Button>
  );
}

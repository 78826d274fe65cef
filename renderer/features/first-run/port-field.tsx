// The port: says while one types whether it is free, by what it is taken and which one is; changed by its button.

import { Button, Group, NumberInput, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PortCheck, Status } from '../../../shared/model.ts';
import { useCalls } from '../../api/api-context.tsx';
import { useChangeSetting, useSetting } from '../../api/settings-access.ts';
import { firstRunTexts } from '../../texts/first-run-texts.ts';

const { listen: texts } = firstRunTexts;
const typingMs = 350;

export function PortField({ status, stay }: { readonly status: Status; readonly stay: () => void }) {
  const calls = useCalls();
  const setting = useSetting('server.port');
  const { change, isPending } = useChangeSetting();
  const current = portNow(status, setting?.value);
  const [typed, setTyped] = useState<number>();
  const port = typed ?? current ?? 0;
  const [settled] = useDebouncedValue(port, typingMs);
  const isNew = port !== current && isPort(port);
  const check = useQuery({
    ...calls.server.checkPort.queryOptions({ input: { port: settled } }),
    enabled: isPort(settled) && settled !== current,
    staleTime: 0,
  });
  const answer = isNew && settled === port ? check.data : undefined;

  function take(value: number): void {
    stay();
    void change({ name: 'server.port', value }).catch(() => {});
  }
  return (
    <div>
      <Group align="flex-end" gap="sm">
        <NumberInput
          label={texts.port}
          value={port}
          onChange={(value) => setTyped(Number(value))}
          min={1}
          max={65_535}
          allowDecimal={false}
          allowNegative={false}
          clampBehavior="blur"
          hideControls
          w={130}
          disabled={!setting || setting.setByFlag}
        />
        {isNew && answer?.free !== false && (
          <Button variant="default" loading={isPending} onClick={() => take(port)}>
            {texts.use}
          </Button>
        )}
      </Group>
      <Text size="sm" c="dimmed" mt={6} role="status">
        {setting?.setByFlag ? texts.byFlag : isNew ? wordsOf(answer, check.error) : texts.current}
        {answer && !answer.free && answer.suggestion !== null && (
          <Suggestion port={answer.suggestion} take={setTyped} />
        )}
      </Text>
    </div>
  );
}

function Suggestion({ port, take }: { readonly port: number; readonly take: (port: number) => void }) {
  return (
    <Button variant="subtle" size="compact-sm" ml={4} onClick={() => take(port)}>
      {texts.suggestion(port)}
    </Button>
  );
}

function wordsOf(answer: PortCheck | undefined, error: Error | null): string {
  if (answer) return answer.free ? texts.free(answer.port) : texts.taken(answer.port, answer.holder);
  return error ? error.message : texts.checking;
}

const isPort = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= 65_535;

// Port 0 of the setting means any free one: what counts is where it listens.
function portNow(status: Status, setting: number | undefined): number | undefined {
  const [url] = status.server.urls;
  return url === undefined ? setting : Number(new URL(url).port) || setting;
}

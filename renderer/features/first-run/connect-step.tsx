// Connect something: the new key, this once, and a program's settings with it filled in; turns green on the first request.

import { Button, Group, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { CreatedKey, Status } from '../../../shared/model.ts';
import { firstRunTexts } from '../../texts/first-run-texts.ts';
import { useAddress } from '../connect/use-address.ts';
import { ClientTabs } from '../keys/client-tabs.tsx';
import { EnvCopies, KeyLine } from '../keys/key-line.tsx';
import { FirstRequest } from '../keys/shown-once.tsx';

const { connect: texts, key: keyTexts, finish: finishWord } = firstRunTexts;
/** Needs nothing to be installed or set up. */
const simplest = 'curl-openai';

type ConnectStepProps = {
  readonly status: Status;
  readonly created: CreatedKey | undefined;
  /** The key, or something with it, has been copied. */
  readonly copied: () => void;
  readonly finish: () => void;
};

export function ConnectStep({ status, created, copied, finish }: ConnectStepProps) {
  const address = useAddress();
  const [clearsAfterMs, setClearsAfterMs] = useState<number | null>();
  function onCopied(clears: number | null): void {
    setClearsAfterMs(clears);
    copied();
  }
  return (
    <Stack gap="md">
      {created ? (
        <>
          <div>
            <Text size="sm" c="dimmed" mb={8}>
              {keyTexts.once}
            </Text>
            <KeyLine value={created.key} onCopied={onCopied} />
            <EnvCopies
              value={created.key}
              baseUrl={address.baseUrl}
              clearsAfterMs={clearsAfterMs}
              onCopied={onCopied}
            />
          </div>
          <ClientTabs
            secret={created.key}
            facts={created.facts}
            status={status}
            address={address}
            firstId={simplest}
            onKeyCopied={onCopied}
          />
          <div>
            <Text size="sm" c="dimmed" mb={8}>
              <b>{texts.test}.</b> {texts.testHint}
            </Text>
            <FirstRequest facts={created.facts} />
          </div>
        </>
      ) : (
        <Text c="dimmed">{texts.needsKey}</Text>
      )}
      <Group>
        <Button onClick={finish}>{finishWord}</Button>
      </Group>
    </Stack>
  );
}

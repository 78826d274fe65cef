// Says whose prompts and answers are being kept and until when, with the way to end it: on Server for every key, on a key's
// page for that one.

import { Button, Group, Stack } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { captureTexts as texts } from '../../texts/capture-texts.ts';
import { formatMoment } from '../../ui/format.ts';
import { Notice } from '../../ui/notice.tsx';

export function CaptureNotice({ keyId }: { readonly keyId?: string }) {
  const { owns } = useAbilities();
  const { data: status } = useStatus();
  const stop = useMutation(useCalls().capture.stop.mutationOptions());
  const on = status?.capture.on.filter((window) => keyId === undefined || window.keyId === keyId) ?? [];
  if (on.length === 0) return null;
  return (
    <Notice tone="bad" title={texts.title}>
      <Stack gap={6} mt={4}>
        {status?.capture.problem}
        {on.map((window) => (
          <Group key={window.keyId} justify="space-between" gap="sm">
            <span>
              {keyId === undefined
                ? texts.until(window.keyName, formatMoment(window.until))
                : texts.keyUntil(formatMoment(window.until))}
            </span>
            {owns && (
              <Button
                size="xs"
                variant="default"
                aria-label={texts.stopFor(window.keyName)}
                loading={stop.isPending && stop.variables.ref === window.keyId}
                onClick={() => stop.mutate({ ref: window.keyId })}
              >
                {texts.stop}
              </Button>
            )}
          </Group>
        ))}
      </Stack>
    </Notice>
  );
}

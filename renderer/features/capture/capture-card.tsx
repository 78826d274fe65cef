// How much captured text is kept and for how long, and the way to be rid of all of it.

import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useCalls } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { captureTexts } from '../../texts/capture-texts.ts';
import { useAsk } from '../../ui/ask.tsx';
import { formatBytes, formatCount } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { SettingNumber } from '../settings/setting-fields.tsx';

const { settings: texts } = captureTexts;
const mebibyte = 1024 * 1024;

export function CaptureCard() {
  const calls = useCalls();
  const { owns } = useAbilities();
  const ask = useAsk();
  const { data, refetch } = useQuery({ ...calls.capture.list.queryOptions(), refetchOnMount: 'always' });
  const wipe = useMutation(calls.capture.wipe.mutationOptions({ onSettled: () => refetch() }));
  const nothing = data === undefined || data.requests === 0;

  async function askAndWipe(): Promise<void> {
    const question = { title: texts.wipeTitle, consequence: texts.wipeAsk, act: texts.wipeAct };
    if (await ask.confirm(question)) wipe.mutate({});
  }

  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingRow
          title={texts.kept}
          sentence={nothing ? texts.keptNone : texts.keptText(formatCount(data.requests), formatBytes(data.keptBytes))}
          control={({ 'aria-describedby': describedBy }) =>
            owns && (
              <Button
                size="xs"
                variant="default"
                c="var(--kh-bad)"
                aria-describedby={describedBy}
                loading={wipe.isPending}
                onClick={() => void askAndWipe()}
              >
                {texts.wipe}
              </Button>
            )
          }
        />
        <SettingNumber
          name="capture.maxBytes"
          title={texts.max}
          sentence={texts.maxSentence}
          min={1}
          max={16_384}
          unit={mebibyte}
        />
        <SettingNumber
          name="capture.retentionDays"
          title={texts.retention}
          sentence={texts.retentionSentence}
          min={1}
          max={365}
        />
      </div>
    </Panel>
  );
}

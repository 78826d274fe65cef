// The same request again, as a line to copy. Without the key, which the shell reads from a variable.

import { Text } from '@mantine/core';
import type { Conversation } from '../../../shared/capture-model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { useStatus } from '../../api/api-context.tsx';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Panel } from '../../ui/page.tsx';
import { curlText, keyVariable } from './curl-text.ts';

type CurlPanelProps = {
  readonly row: RequestView;
  /** What was captured of it, once somebody has opened it. */
  readonly opened: Conversation | undefined;
};

export function CurlPanel({ row, opened }: CurlPanelProps) {
  const { data: status } = useStatus();
  const captured = opened?.request && !opened.request.cut ? opened.request.text : null;
  const code = curlText(row, status?.server.urls[0] ?? 'http://127.0.0.1:1235', captured);
  if (code === null) return null;
  const hint = code.includes('--data-raw') ? (captured === null ? texts.curlExample : texts.curlCaptured) : '';
  return (
    <Panel title={texts.curl}>
      <CodeBlock code={code} language="shell" what={texts.curlWhat} />
      <Text size="xs" c="dimmed" mt={8}>
        {texts.curlHint(keyVariable)} {hint}
      </Text>
    </Panel>
  );
}

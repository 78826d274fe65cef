// The variables that programs of one family read, as lines for the shell of the chosen system.

import { SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { envLines } from '../../../shared/snippets.ts';
import type { Dialect } from '../../../shared/upstream-kinds.ts';
import { connectTexts as texts } from '../../texts/connect-texts.ts';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Panel } from '../../ui/page.tsx';
import type { System } from './system.ts';

type EnvPanelProps = { readonly baseUrl: string; readonly dialect: Dialect; readonly system: System };

export function EnvPanel({ baseUrl, dialect, system }: EnvPanelProps) {
  const [family, setFamily] = useState<Dialect>(dialect);
  const families = envLines({ baseUrl });
  const lines = families.find(({ id }) => id === family) ?? families[0];
  return (
    <Panel title={texts.env}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {texts.envIntro}
        </Text>
        <SegmentedControl
          size="xs"
          aria-label={texts.envFamily}
          value={family}
          onChange={setFamily}
          data={families.map(({ id, name }) => ({ value: id, label: name }))}
        />
        {lines && (
          <CodeBlock
            code={system === 'windows' ? lines.powershell : lines.shell}
            language="shell"
            what={texts.envLines(lines.name)}
            head={texts.inTerminal}
          />
        )}
      </Stack>
    </Panel>
  );
}

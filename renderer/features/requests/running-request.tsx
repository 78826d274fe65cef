// The page of a request that has not ended yet: what is known so far, with its time counting up.

import { Group, Text } from '@mantine/core';
import type { RunningRequest } from '../../../shared/running-model.ts';
import { dialectNames } from '../../../shared/upstream-kinds.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Facts } from '../../ui/facts.tsx';
import { formatMoment } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { Pill } from '../../ui/pill.tsx';
import { callerOf, operationOf } from './request-words.ts';
import { Elapsed } from './running-rows.tsx';

const { facts } = texts;

export function RunningRequestPage({ row }: { readonly row: RunningRequest }) {
  return (
    <>
      <Group gap={10}>
        <Pill tone="accent" dot>
          <Elapsed since={row.receivedAt} />
        </Pill>
        <Text size="sm" c="dimmed">
          {formatMoment(row.receivedAt)}
        </Text>
        <Group gap={2} wrap="nowrap" style={{ minWidth: 0 }}>
          <code className="kh-clip">{row.id}</code>
          <CopyIcon text={row.id} what={facts.id} />
        </Group>
      </Group>
      <Panel title={texts.what}>
        <Facts
          rows={[
            [facts.key, callerOf(row)],
            [facts.operation, operationOf(row)],
            [facts.dialect, dialectNames[row.dialect]],
            [facts.model, row.model && <code>{row.model}</code>],
            [facts.upstream, row.upstreamName],
            [facts.client, row.client === 'other' ? facts.unknownClient : row.client],
          ]}
        />
        <Text size="xs" c="dimmed" mt={6}>
          {texts.runningHint}
        </Text>
      </Panel>
    </>
  );
}

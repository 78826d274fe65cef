// The page of a request that has not ended yet: what is known so far, with its time counting up.

import { Text } from '@mantine/core';
import type { RunningRequest } from '../../../shared/running-model.ts';
import { dialectNames } from '../../../shared/upstream-kinds.ts';
import { requestTexts as texts } from '../../texts/request-texts.ts';
import { Facts } from '../../ui/facts.tsx';
import { Panel } from '../../ui/page.tsx';
import { RequestHead } from './request-head.tsx';
import { callerNameOf, operationOf } from './request-words.ts';
import { Elapsed } from './running-rows.tsx';

const { facts } = texts;

export function RunningRequestPage({ row }: { readonly row: RunningRequest }) {
  return (
    <>
      <RequestHead tone="accent" receivedAt={row.receivedAt} id={row.id}>
        <Elapsed since={row.receivedAt} />
      </RequestHead>
      <Panel title={texts.what}>
        <Facts
          rows={[
            [facts.key, callerNameOf(row)],
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

// The test of a client: choose its key, wait for the key's first request from then on, show what arrived.

import { Button, Group, Select, Stack, Text } from '@mantine/core';
import { Link } from 'wouter';
import type { KeyFacts } from '../../../shared/model.ts';
import type { RequestView } from '../../../shared/usage-model.ts';
import { connectTexts } from '../../texts/connect-texts.ts';
import { Facts } from '../../ui/facts.tsx';
import { formatLength } from '../../ui/format.ts';
import { Moment } from '../../ui/moment.tsx';
import { Panel } from '../../ui/page.tsx';
import { ArrivalNote, operationWord, programOf } from './arrival-note.tsx';
import { answeredAfterMs } from './first-request.ts';
import { type Awaited, useFirstRequest } from './use-first-request.ts';
import { useKnocks } from './use-knocks.ts';

const { test: texts, ...connect } = connectTexts;

type TestPanelProps = {
  readonly clientName: string;
  /** Those that may be used. */
  readonly keys: readonly KeyFacts[];
  readonly keyId: string | null;
  readonly chooseKey: (id: string | null) => void;
  readonly awaited: Awaited | undefined;
  readonly await: (awaited: Awaited | undefined) => void;
};

export function TestPanel({ clientName, keys, keyId, chooseKey, awaited, await: setAwaited }: TestPanelProps) {
  const arrival = useFirstRequest(awaited);
  const knock = useKnocks(arrival.state === 'works' ? undefined : awaited?.sinceMs);
  const start = (id: string) => setAwaited({ keyId: id, sinceMs: Date.now() });
  function hintOf(): string {
    if (keys.length === 0) return texts.noKeys;
    if (!awaited) return texts.intro;
    return arrival.state === 'works' ? texts.arrived : texts.nowAsk(clientName);
  }
  return (
    <Panel title={texts.title}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {hintOf()}
        </Text>
        {keys.length > 0 && (
          <Select
            label={connect.key}
            placeholder={connect.keyNone}
            data={keys.map(({ id, name, status }) => ({
              value: id,
              label: status === 'active' ? name : connect.keyStatus(name, status),
            }))}
            value={keyId}
            onChange={(id) => {
              chooseKey(id);
              setAwaited(undefined);
            }}
            searchable
            comboboxProps={{ withinPortal: false }}
            maxDropdownHeight={260}
          />
        )}
        {awaited && <ArrivalNote arrival={arrival} knock={knock} clientName={clientName} linked />}
        {arrival.state === 'works' && <Arrived request={arrival.request} />}
        {keyId !== null && (
          <Group gap="sm">
            {!awaited && <Button onClick={() => start(keyId)}>{texts.start}</Button>}
            {awaited && arrival.state === 'works' && (
              <Button variant="default" size="xs" onClick={() => start(keyId)}>
                {texts.again}
              </Button>
            )}
            {awaited && arrival.state !== 'works' && (
              <Button variant="default" onClick={() => setAwaited(undefined)}>
                {texts.stop}
              </Button>
            )}
            {arrival.state === 'works' && (
              <Button variant="default" size="xs" component={Link} href={`/requests/${arrival.request.id}`}>
                {texts.open}
              </Button>
            )}
          </Group>
        )}
      </Stack>
    </Panel>
  );
}

function Arrived({ request }: { readonly request: RequestView }) {
  return (
    <Facts
      lined
      rows={[
        [texts.program, programOf(request) ?? texts.unknownProgram],
        [texts.model, request.model === null ? texts.noModel : <code key="model">{request.model}</code>],
        [texts.operation, operationWord(request.operation)],
        [texts.outcome, texts.status(request.status)],
        [texts.took, formatLength(answeredAfterMs(request))],
        [texts.at, <Moment key="at" at={request.receivedAt} />],
      ]}
    />
  );
}

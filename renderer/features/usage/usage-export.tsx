// Takes usage or requests along as a file: fetched piece by piece, with how far it is and a way to stop.

import { Button, Group, Modal, Progress, SegmentedControl, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import type { ExportChunk, ExportFormat, ExportPeriod } from '../../../shared/usage-questions.ts';
import { type Api, useApi } from '../../api/api-context.tsx';
import { type FileExport, useFileExport } from '../../api/use-file-export.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCount } from '../../ui/format.ts';
import { dayOf, rangeOf, type UsageChoice } from './usage-query.ts';

const { export: texts } = usageTexts;
type What = 'usage' | 'requests';
type Wish = { readonly what: What; readonly every: ExportPeriod; readonly format: ExportFormat };
export function UsageExport({ choice, onClose }: { readonly choice: UsageChoice; readonly onClose: () => void }) {
  const [wish, setWish] = useState<Wish>({ what: 'usage', every: 'day', format: 'csv' });
  const { client } = useApi();
  const { state, start, cancel } = useFileExport();
  const wanted = {
    chunks: (signal: AbortSignal) => chunksOf(client, choice, wish, signal),
    file: `keyhatch-${wish.what}-${dayOf(Date.now())}.${wish.format}`,
    format: wish.format,
  };
  const fetching = state.at === 'fetching';
  const cannot = wish.what === 'requests' && narrowedRequests(choice) === undefined;
  return (
    <Modal opened onClose={onClose} title={texts.title} closeOnClickOutside={!fetching}>
      <Stack gap="sm">
        <Choice
          label={texts.what}
          value={wish.what}
          names={texts.whats}
          choose={(what) => setWish({ ...wish, what })}
        />
        {wish.what === 'usage' && (
          <Choice
            label={texts.every}
            value={wish.every}
            names={texts.periods}
            choose={(every) => setWish({ ...wish, every })}
          />
        )}
        <Choice
          label={texts.format}
          value={wish.format}
          names={texts.formats}
          choose={(format) => setWish({ ...wish, format })}
        />
        <Text size="xs" c="dimmed">
          {cannot ? texts.cannotNarrow : texts.about[wish.what]}
        </Text>
        <Outcome state={state} />
        <Group justify="flex-end">
          {fetching ? (
            <Button variant="default" onClick={cancel}>
              {commonTexts.cancel}
            </Button>
          ) : (
            <Button disabled={cannot} onClick={() => void start(wanted)}>
              {texts.act}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ state }: { readonly state: FileExport }) {
  switch (state.at) {
    case 'asking':
      return null;
    case 'fetching':
      return (
        <div role="status">
          <Progress
            value={state.total === 0 ? 100 : (state.done / state.total) * 100}
            aria-label={texts.progressLabel}
            transitionDuration={0}
          />
          <Text size="xs" c="dimmed" mt={6}>
            {texts.progress(formatCount(state.done), formatCount(state.total))}
          </Text>
        </div>
      );
    case 'done':
      return (
        <Text size="sm" role="status">
          {texts.done(state.file)}
        </Text>
      );
    case 'failed':
      return (
        <Text size="sm" c="var(--kh-bad)" role="alert">
          {state.why}
        </Text>
      );
  }
}

type ChoiceProps<Name extends string> = {
  readonly label: string;
  readonly value: Name;
  readonly names: Readonly<Record<Name, string>>;
  readonly choose: (name: Name) => void;
};

function Choice<Name extends string>({ label, value, names, choose }: ChoiceProps<Name>) {
  return (
    <Group justify="space-between" gap="xs">
      <Text size="sm" fw={500}>
        {label}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={label}
        value={value}
        onChange={choose}
        data={Object.entries<string>(names).map(([name, shown]) => ({ value: name as Name, label: shown }))}
      />
    </Group>
  );
}

function chunksOf(
  client: Api['client'],
  choice: UsageChoice,
  wish: Wish,
  signal: AbortSignal,
): Promise<AsyncIterable<ExportChunk>> {
  const { filter, by } = choice;
  const { what, every, format } = wish;
  const range = rangeOf(choice);
  if (what === 'usage') return client.usage.export({ ...range, ...filter, by, every, format }, { signal });
  return client.requests.export({ ...range, ...narrowedRequests(choice), format }, { signal });
}

/** Undefined where single requests cannot be narrowed so. */
function narrowedRequests({ filter }: UsageChoice): Readonly<Record<string, string>> | undefined {
  const { project, client, ...rest } = filter;
  const narrow = Object.entries(rest).filter((one) => one[1] !== undefined);
  if (project !== undefined || client !== undefined || narrow.some(([, value]) => value === null)) return undefined;
  return Object.fromEntries(narrow as [string, string][]);
}

// Takes usage or requests along as a file: fetched piece by piece, with how far it is and a way to stop.

import { Button, Group, Modal, Progress, SegmentedControl, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import type { ExportChunk, ExportFormat, ExportPeriod } from '../../../shared/usage-questions.ts';
import { type Api, useApi } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { saveFile } from '../../api/save-file.ts';
import { commonTexts } from '../../texts/common-texts.ts';
import { usageTexts } from '../../texts/usage-texts.ts';
import { formatCount } from '../../ui/format.ts';
import { dayOf, rangeOf, type UsageChoice } from './usage-query.ts';

const { export: texts } = usageTexts;
type What = 'usage' | 'requests';
type Wish = { readonly what: What; readonly every: ExportPeriod; readonly format: ExportFormat };
type State =
  | { readonly at: 'asking' }
  | { readonly at: 'fetching'; readonly done: number; readonly total: number }
  | { readonly at: 'done'; readonly file: string }
  | { readonly at: 'failed'; readonly why: string };

export function UsageExport({ choice, onClose }: { readonly choice: UsageChoice; readonly onClose: () => void }) {
  const { sees } = useAbilities();
  const [wish, setWish] = useState<Wish>({ what: sees ? 'usage' : 'requests', every: 'day', format: 'csv' });
  const { state, start, cancel } = useExport(choice, wish);
  const fetching = state.at === 'fetching';
  const cannot =
    wish.what === 'requests' && (choice.filter.project !== undefined || choice.filter.client !== undefined);
  return (
    <Modal opened onClose={onClose} title={texts.title} closeOnClickOutside={!fetching}>
      <Stack gap="sm">
        {/* Members take their requests along; sums are for who sees all. */}
        {sees && (
          <Choice
            label={texts.what}
            value={wish.what}
            names={texts.whats}
            choose={(what) => setWish({ ...wish, what })}
          />
        )}
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
            <Button disabled={cannot} onClick={() => void start()}>
              {texts.act}
            </Button>
          )}
        </Group>
      </Stack>
    </Modal>
  );
}

function Outcome({ state }: { readonly state: State }) {
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

function useExport(choice: UsageChoice, wish: Wish) {
  const { client } = useApi();
  const [state, setState] = useState<State>({ at: 'asking' });
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);

  async function start(): Promise<void> {
    const stop = new AbortController();
    running.current = stop;
    setState({ at: 'fetching', done: 0, total: 1 });
    try {
      const parts: Blob[] = [];
      for await (const { text, done, total } of await chunksOf(client, choice, wish, stop.signal)) {
        parts.push(new Blob([text]));
        setState({ at: 'fetching', done, total });
      }
      stop.signal.throwIfAborted();
      const file = `keyhatch-${wish.what}-${dayOf(Date.now())}.${wish.format}`;
      saveFile(new Blob(parts, { type: wish.format === 'csv' ? 'text/csv' : 'application/json' }), file);
      setState({ at: 'done', file });
    } catch (error) {
      setState(
        stop.signal.aborted
          ? { at: 'asking' }
          : { at: 'failed', why: String(error instanceof Error ? error.message : error) },
      );
    }
  }
  return { state, start, cancel: () => running.current?.abort() };
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
  const { keyId, model, upstreamId } = filter;
  const narrow = Object.entries({ keyId, model, upstreamId }).filter(([, value]) => typeof value === 'string');
  return client.requests.export({ ...range, ...Object.fromEntries(narrow), format }, { signal });
}

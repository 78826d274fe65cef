// What the list of requests is narrowed by. It stands in the address, so that it can be linked to and outlives a reload.

import './request-filters.css';
import { ActionIcon, Button, Group, Select, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconAdjustmentsHorizontal, IconFilterOff, IconSearch } from '@tabler/icons-react';
import { type ReactNode, useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { userAgentNames } from '../../../shared/snippets-user-agents.ts';
import { outcome, type RequestView } from '../../../shared/usage-model.ts';
import { useKeys, useStatus } from '../../api/api-context.tsx';
import { requestTexts } from '../../texts/request-texts.ts';
import type { RequestFilter } from './tail-merge.ts';

const { filters: texts, outcomes } = requestTexts;

const names = {
  key: 'keyId',
  model: 'model',
  upstream: 'upstreamId',
  result: 'outcome',
  client: 'client',
  error: 'error',
  slower: 'slowerMs',
  text: 'text',
} as const;
type Name = keyof typeof names;

export type FilterHandle = {
  readonly filter: RequestFilter;
  readonly active: boolean;
  readonly set: (name: Name, value: string | null) => void;
  readonly clear: () => void;
};

export function useRequestFilter(): FilterHandle {
  const [search, setSearch] = useSearchParams();
  const filter = useMemo(() => filterOf(search), [search]);
  return {
    filter,
    active: Object.keys(filter).length > 0,
    set: (name, value) =>
      setSearch(
        (before) => {
          const next = new URLSearchParams(before);
          if (value) next.set(name, value);
          else next.delete(name);
          return next;
        },
        { replace: true },
      ),
    clear: () => setSearch(new URLSearchParams(), { replace: true }),
  };
}

// Whatever somebody typed into the address: what is no filter does not narrow.
function filterOf(search: URLSearchParams): RequestFilter {
  const found = Object.entries(names).flatMap(([name, field]): (readonly [string, string | number])[] => {
    const value = search
      .get(name)
      ?.trim()
      .slice(0, field === 'model' ? 300 : 80);
    if (field === 'slowerMs') return secondsOf(value);
    if (!value || (field === 'outcome' && value !== 'trouble' && !outcome.safeParse(value).success)) return [];
    return [[field, value]];
  });
  return Object.fromEntries(found) as RequestFilter;
}

// In the address in seconds, as people say it; whatever is no length does not narrow.
function secondsOf(value: string | undefined): [string, number][] {
  const seconds = Number(value);
  return value && seconds > 0 && seconds <= 86_400 ? [['slowerMs', Math.round(seconds * 1000)]] : [];
}

export function RequestFilters({
  handle,
  rows,
}: {
  readonly handle: FilterHandle;
  readonly rows: readonly RequestView[];
}) {
  const { filter, active, set, clear } = handle;
  // Only where there is little room; elsewhere they are always there.
  const [opened, open] = useState(false);
  const choices = useChoices(filter, rows);
  const results = [
    { value: 'trouble', label: texts.trouble },
    ...outcome.options.map((value) => ({ value, label: outcomes[value] })),
  ];
  const clients = userAgentNames
    .map((value) => ({ value, label: value }))
    .sort((a, b) => a.label.localeCompare(b.label));
  const select = (name: Name, label: string, any: string, value: string | undefined, data: Choice[]) => (
    <Select
      aria-label={label}
      placeholder={any}
      data={data}
      value={value ?? null}
      onChange={(chosen) => set(name, chosen)}
      clearable
      searchable={data.length > 8}
      size="sm"
      style={{ flex: '1 1 138px', maxWidth: 240 }}
    />
  );
  return (
    <Group gap={10} role="search">
      <TypedBox
        label={texts.text}
        hint={texts.textHint}
        icon={<IconSearch size={15} />}
        flex="2 1 230px"
        value={filter.text ?? ''}
        set={(text) => set('text', text)}
      />
      <Button
        hiddenFrom="sm"
        variant="default"
        leftSection={<IconAdjustmentsHorizontal size={16} />}
        aria-expanded={opened}
        onClick={() => open(!opened)}
      >
        {texts.more}
      </Button>
      <div className="kh-filters-more" data-open={opened || active}>
        {select('key', texts.key, texts.anyKey, filter.keyId, choices.keys)}
        {select('model', texts.model, texts.anyModel, filter.model, choices.models)}
        {select('upstream', texts.upstream, texts.anyUpstream, filter.upstreamId, choices.upstreams)}
        {select('result', texts.outcome, texts.anyOutcome, filter.outcome, results)}
        {select('client', texts.client, texts.anyClient, filter.client, clients)}
        <TypedBox
          label={texts.error}
          hint={texts.errorHint}
          flex="1 1 150px"
          value={filter.error ?? ''}
          set={(text) => set('error', text)}
        />
        <TypedBox
          label={texts.slower}
          hint={texts.slowerHint}
          flex="0 1 150px"
          numeric
          value={filter.slowerMs === undefined ? '' : String(filter.slowerMs / 1000)}
          set={(text) => set('slower', text)}
        />
      </div>
      {active && (
        <Tooltip label={texts.clear}>
          <ActionIcon variant="subtle" color="gray" size={36} aria-label={texts.clear} onClick={clear}>
            <IconFilterOff size={17} />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}

type Choice = { readonly value: string; readonly label: string };

function useChoices({ keyId, model, upstreamId }: RequestFilter, rows: readonly RequestView[]) {
  const { data: keys } = useKeys();
  const { data: status } = useStatus();
  return useMemo(() => {
    // Deleted keys and models that nobody has any more still have requests.
    const keyNames = new Map<string, string>();
    const models = new Set(status?.upstreams.flatMap((upstream) => upstream.models));
    const upstreams = new Map(status?.upstreams.map(({ id, name }) => [id, name]));
    for (const row of rows) {
      if (row.keyId !== null) keyNames.set(row.keyId, row.keyName ?? row.keyId);
      if (row.model !== null) models.add(row.model);
      if (row.upstreamId !== null && !upstreams.has(row.upstreamId))
        upstreams.set(row.upstreamId, row.upstreamName ?? row.upstreamId);
    }
    for (const { id, name } of keys ?? []) keyNames.set(id, name);
    if (keyId !== undefined && !keyNames.has(keyId)) keyNames.set(keyId, keyId);
    if (upstreamId !== undefined && !upstreams.has(upstreamId)) upstreams.set(upstreamId, upstreamId);
    if (model !== undefined) models.add(model);
    return { keys: sorted(keyNames), models: sorted([...models].map((id) => [id, id])), upstreams: sorted(upstreams) };
  }, [keys, status, rows, keyId, model, upstreamId]);
}

function sorted(entries: Iterable<readonly [string, string]>): Choice[] {
  return [...entries].map(([value, label]) => ({ value, label })).sort((a, b) => a.label.localeCompare(b.label));
}

type TypedBoxProps = {
  readonly label: string;
  readonly hint: string;
  readonly icon?: ReactNode;
  readonly flex: string;
  readonly numeric?: boolean;
  readonly value: string;
  readonly set: (text: string) => void;
};

function TypedBox({ label, hint, icon, flex, numeric = false, value, set }: TypedBoxProps) {
  const [typed, type] = useState(value);
  const [told, tell] = useState(value);
  // From elsewhere: the filters were cleared, or a link was followed.
  if (value !== told) {
    tell(value);
    type(value);
  }
  const setSoon = useDebouncedCallback((text: string) => {
    tell(text.trim());
    set(text.trim());
  }, 250);
  return (
    <TextInput
      aria-label={label}
      placeholder={hint}
      leftSection={icon}
      inputMode={numeric ? 'decimal' : 'text'}
      value={typed}
      maxLength={80}
      onChange={({ currentTarget }) => {
        const text = numeric ? currentTarget.value.replace(',', '.').replace(/[^\d.]/g, '') : currentTarget.value;
        type(text);
        setSoon(text);
      }}
      style={icon ? { flex } : { flex, maxWidth: 300 }}
    />
  );
}

// What the list of requests is narrowed by. It stands in the address, so that it can be linked to and outlives a reload.

import { ActionIcon, Group, Select, TextInput, Tooltip } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconFilterOff, IconSearch } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import { outcome, type RequestView } from '../../../shared/usage-model.ts';
import { useKeys, useStatus } from '../../api/api-context.tsx';
import { requestTexts } from '../../texts/request-texts.ts';
import type { RequestFilter } from './tail-merge.ts';

const { filters: texts, outcomes } = requestTexts;

const names = { key: 'keyId', model: 'model', upstream: 'upstreamId', result: 'outcome', text: 'text' } as const;
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
  const found = Object.entries(names).flatMap(([name, field]) => {
    const value = search
      .get(name)
      ?.trim()
      .slice(0, field === 'model' ? 300 : 80);
    if (!value || (field === 'outcome' && value !== 'trouble' && !outcome.safeParse(value).success)) return [];
    return [[field, value]];
  });
  return Object.fromEntries(found) as RequestFilter;
}

export function RequestFilters({
  handle,
  rows,
}: {
  readonly handle: FilterHandle;
  readonly rows: readonly RequestView[];
}) {
  const { filter, active, set, clear } = handle;
  const choices = useChoices(filter, rows);
  const results = [
    { value: 'trouble', label: texts.trouble },
    ...outcome.options.map((value) => ({ value, label: outcomes[value] })),
  ];
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
      <SearchBox value={filter.text ?? ''} set={(text) => set('text', text)} />
      {select('key', texts.key, texts.anyKey, filter.keyId, choices.keys)}
      {select('model', texts.model, texts.anyModel, filter.model, choices.models)}
      {select('upstream', texts.upstream, texts.anyUpstream, filter.upstreamId, choices.upstreams)}
      {select('result', texts.outcome, texts.anyOutcome, filter.outcome, results)}
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

function SearchBox({ value, set }: { readonly value: string; readonly set: (text: string) => void }) {
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
      aria-label={texts.text}
      placeholder={texts.textHint}
      leftSection={<IconSearch size={15} />}
      value={typed}
      maxLength={80}
      onChange={({ currentTarget }) => {
        type(currentTarget.value);
        setSoon(currentTarget.value);
      }}
      style={{ flex: '2 1 230px' }}
    />
  );
}

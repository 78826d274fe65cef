// All models of all servers, with search.

import { Anchor, Group, Table, Text, TextInput } from '@mantine/core';
import { IconBox, IconSearch } from '@tabler/icons-react';
import { useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import type { UpstreamStatus } from '../../../shared/model.ts';
import { useKeys } from '../../api/api-context.tsx';
import { modelsTexts as texts } from '../../texts/models-texts.ts';
import { CopyIcon } from '../../ui/copy-button.tsx';
import { Empty } from '../../ui/empty.tsx';
import { formatCount } from '../../ui/format.ts';
import { Panel } from '../../ui/page.tsx';
import { type ModelRow, modelRows } from './model-rows.ts';

const namedKeys = 3;

export function ModelTable({ upstreams }: { readonly upstreams: readonly UpstreamStatus[] }) {
  const { data: keys } = useKeys();
  const [text, setText] = useState('');
  const wanted = useDeferredValue(text.trim().toLowerCase());
  const rows = useMemo(() => modelRows(upstreams, keys ?? []), [upstreams, keys]);
  const shown = rows.filter(({ id }) => id.toLowerCase().includes(wanted));
  return (
    <Panel
      flush
      title={texts.list}
      aside={
        rows.length > 0 && (
          <TextInput
            size="xs"
            w={{ base: '100%', xs: 240 }}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            leftSection={<IconSearch size={14} />}
            aria-label={texts.search}
            placeholder={texts.search}
          />
        )
      }
    >
      {rows.length === 0 ? (
        <Empty icon={IconBox} title={texts.noModels}>
          {texts.noModelsHint}
        </Empty>
      ) : shown.length === 0 ? (
        <Empty icon={IconSearch} title={texts.nothingFits} />
      ) : (
        <Rows rows={shown} anyKey={(keys ?? []).length > 0} />
      )}
    </Panel>
  );
}

function Rows({ rows, anyKey }: { readonly rows: readonly ModelRow[]; readonly anyKey: boolean }) {
  return (
    <Table className="kh-table kh-models" highlightOnHover>
      <Table.Thead>
        <Table.Tr>
          <Table.Th pl={16}>{texts.columns.model}</Table.Th>
          <Table.Th>{texts.columns.servers}</Table.Th>
          <Table.Th pr={16}>{texts.columns.keys}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.id}>
            <Table.Td pl={16}>
              <Group gap={4} wrap="nowrap">
                <Anchor component={Link} href={`/requests?model=${encodeURIComponent(row.id)}`} c="inherit" inherit>
                  <code>{row.id}</code>
                </Anchor>
                <CopyIcon text={row.id} what={texts.modelId} />
              </Group>
            </Table.Td>
            <Table.Td>{row.upstreams.map(({ name }) => name).join(', ')}</Table.Td>
            <Table.Td pr={16}>
              <KeyNames keys={row.keys} anyKey={anyKey} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function KeyNames({ keys, anyKey }: { readonly keys: ModelRow['keys']; readonly anyKey: boolean }) {
  if (keys === 'every' || keys.length === 0) {
    return (
      <Text component="span" inherit c="dimmed">
        {keys === 'every' ? texts.everyKey : anyKey ? texts.noKey : texts.noKeysYet}
      </Text>
    );
  }
  const named = keys.slice(0, namedKeys).join(', ');
  return (
    <span title={keys.join(', ')}>
      {keys.length > namedKeys ? texts.andMore(named, formatCount(keys.length - namedKeys)) : named}
    </span>
  );
}

// Whether the log is whole, and taking it along as a file; for its owner.

import { Button, Group, Menu, Text } from '@mantine/core';
import { IconDownload, IconShieldCheck } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { AuditReport } from '../../../shared/audit-model.ts';
import type { ExportFormat } from '../../../shared/usage-questions.ts';
import { useApi, useCalls } from '../../api/api-context.tsx';
import { sayFailure } from '../../api/say-failure.ts';
import { useFileExport } from '../../api/use-file-export.ts';
import { historyTexts } from '../../texts/history-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import type { HistoryNarrow } from './history-pages.ts';

const { audit: texts } = historyTexts;

export function AuditLine() {
  const { data, isFetching, refetch } = useQuery(
    useCalls().audit.verify.queryOptions({ staleTime: 60_000, retry: false, meta: { quiet: true } }),
  );
  if (!data) return null;
  const again = (
    <Button variant="subtle" size="compact-xs" loading={isFetching} onClick={() => void refetch()}>
      {texts.again}
    </Button>
  );
  if (data.state !== 'intact') {
    return (
      <Notice tone={data.state === 'broken' ? 'bad' : 'limited'} title={texts[data.state]} action={again}>
        {data.says} {data.state === 'broken' && texts.brokenCure}
      </Notice>
    );
  }
  return (
    <Group gap={6}>
      <Text size="sm" role="status" className="kh-audit-line">
        <IconShieldCheck size={16} color="var(--kh-good)" aria-hidden="true" />
        <span>
          <strong>{texts.intact}</strong> {countsText(data)}
        </span>
      </Text>
      {again}
    </Group>
  );
}

function countsText({ entries, waiting }: AuditReport): string {
  if (entries === 0) return texts.nothingYet;
  return [texts.entries(entries), ...(waiting === 0 ? [] : [texts.waiting(waiting)])].join(' ');
}

export function AuditExport({ narrow }: { readonly narrow: HistoryNarrow }) {
  const { client } = useApi();
  const { state, start } = useFileExport();
  const why = state.at === 'failed' ? state.why : undefined;
  useEffect(() => {
    if (why !== undefined) sayFailure(new Error(why), undefined, undefined, {});
  }, [why]);
  const { kind, actor } = narrow;
  const take = (format: ExportFormat) =>
    start({
      chunks: (signal) =>
        client.audit.export({ format, ...(kind ? { kind } : {}), ...(actor ? { actor } : {}) }, { signal }),
      file: `keyhatch-audit-${new Date().toISOString().slice(0, 10)}.${format}`,
      format,
    });
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={15} />} loading={state.at === 'fetching'}>
          {texts.export}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void take('csv')}>{texts.csv}</Menu.Item>
        <Menu.Item onClick={() => void take('json')}>{texts.json}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

// The admin API as its document tells it: where it is, what opens it, and every call by what it is about.

import { Button, Stack, Text, TextInput } from '@mantine/core';
import { IconApi, IconDownload, IconSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { type ApiDocument, type ApiOperation, type ApiSection, sectionsOf } from '../../../shared/api-document.ts';
import { apiPrefix } from '../../../shared/api-route.ts';
import { useCalls, useStatus } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { saveFile } from '../../api/save-file.ts';
import { apiTexts as texts } from '../../texts/api-texts.ts';
import { Answer } from '../../ui/answer.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Page, Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';
import { OperationRow } from './operation-row.tsx';

export function ApiPage() {
  const { owns } = useAbilities();
  // It changes with the program alone.
  const query = useQuery(useCalls().api.document.queryOptions({ staleTime: Number.POSITIVE_INFINITY }));
  return (
    <Page
      title={texts.title}
      actions={
        owns && (
          <Button component={Link} href="/keys/new-admin" variant="default">
            {texts.newAdminKey}
          </Button>
        )
      }
    >
      <Answer query={query} lines={8}>
        {(document) => <Calls document={document} />}
      </Answer>
    </Page>
  );
}

function Calls({ document }: { readonly document: ApiDocument }) {
  const [text, setText] = useState('');
  const url = useStatus().data?.dashboard.url ?? null;
  const sections = narrowed(sectionsOf(document), text);
  return (
    <>
      {url === null ? (
        <Notice tone="limited" role="note">
          {texts.off}
        </Notice>
      ) : (
        <Text size="sm" c="dimmed">
          {texts.about(`${url}${apiPrefix}`)}
        </Text>
      )}
      <TextInput
        leftSection={<IconSearch size={16} />}
        placeholder={texts.find}
        aria-label={texts.find}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {sections.length === 0 && (
        <Panel>
          <Empty icon={IconApi} title={texts.nothingFits}>
            {texts.nothingFitsHint}
          </Empty>
        </Panel>
      )}
      {sections.map(({ tag, about, operations }) => (
        <Panel key={tag} title={`${tag[0]?.toUpperCase()}${tag.slice(1)}`}>
          <Stack gap={4}>
            <Text size="xs" c="dimmed">
              {about}
            </Text>
            <div className="kh-rows">
              {operations.map((operation) => (
                <OperationRow key={operation.id} operation={operation} baseUrl={url ?? 'http://127.0.0.1:1236'} />
              ))}
            </div>
          </Stack>
        </Panel>
      ))}
      <Panel>
        <SettingRow
          title={texts.document}
          sentence={texts.documentSentence}
          control={({ 'aria-describedby': describedBy }) => (
            <Button
              aria-describedby={describedBy}
              variant="default"
              size="xs"
              leftSection={<IconDownload size={14} />}
              onClick={() => saveDocument(document)}
            >
              {texts.saveDocument}
            </Button>
          )}
        />
      </Panel>
    </>
  );
}

function saveDocument(document: ApiDocument): void {
  const json = JSON.stringify(document, undefined, 2);
  saveFile(new Blob([json], { type: 'application/json' }), `keyhatch-openapi-${document.info.version}.json`);
}

function narrowed(sections: readonly ApiSection[], text: string): readonly ApiSection[] {
  const wanted = text.trim().toLowerCase();
  const fits = ({ method, path, summary }: ApiOperation) =>
    `${method} ${path} ${summary}`.toLowerCase().includes(wanted);
  return sections
    .map((section) => ({ ...section, operations: section.operations.filter(fits) }))
    .filter(({ operations }) => operations.length > 0);
}

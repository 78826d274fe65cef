// Keys from another program: pasted or from a file, looked through first, then made. The values go to Keyhatch and are kept
// here only while the dialog is open.

import { Button, FileButton, Group, Modal, Select, Stack, Text, Textarea } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ImportFormat, ImportReport } from '../../../shared/transfer-model.ts';
import { useApi, useProjects } from '../../api/api-context.tsx';
import { projectTexts } from '../../texts/project-texts.ts';
import { transferTexts } from '../../texts/transfer-texts.ts';
import { Notice } from '../../ui/notice.tsx';
import { ImportTable } from './import-table.tsx';

const { import: texts } = transferTexts;
const longestText = 1_000_000;

type Wish = { readonly text: string; readonly format: ImportFormat; readonly projectId: string };

export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const { client } = useApi();
  const [wish, setWish] = useState<Wish>({ text: '', format: 'auto', projectId: '' });
  const [report, setReport] = useState<ImportReport>();
  const inputOf = (dryRun: boolean) => ({
    text: wish.text,
    format: wish.format,
    dryRun,
    ...(wish.projectId === '' ? {} : { project: wish.projectId }),
  });
  // Not through the query cache: what goes in are values of keys.
  const look = useMutation({ mutationFn: () => client.keys.import(inputOf(true)).then(setReport), gcTime: 0 });
  const make = useMutation({ mutationFn: () => client.keys.import(inputOf(false)).then(setReport), gcTime: 0 });
  return (
    <Modal opened onClose={onClose} title={transferTexts.importTitle} size={620}>
      {report ? (
        <Found
          report={report}
          pending={make.isPending}
          make={() => make.mutate()}
          back={() => setReport(undefined)}
          onClose={onClose}
        />
      ) : (
        <Stack>
          <Text size="sm">{texts.about}</Text>
          <TextFields wish={wish} setWish={setWish} />
          <Group justify="flex-end">
            <Button disabled={wish.text.trim() === ''} loading={look.isPending} onClick={() => look.mutate()}>
              {texts.look}
            </Button>
          </Group>
        </Stack>
      )}
    </Modal>
  );
}

type TextFieldsProps = { readonly wish: Wish; readonly setWish: (wish: Wish) => void };

function TextFields({ wish, setWish }: TextFieldsProps) {
  const { data: projects = [] } = useProjects();
  const [tooLarge, setTooLarge] = useState(false);

  async function read(file: File | null): Promise<void> {
    if (!file) return;
    setTooLarge(file.size > longestText);
    if (file.size <= longestText) setWish({ ...wish, text: await file.text() });
  }

  return (
    <>
      <Textarea
        label={texts.paste}
        description={texts.pasteHint}
        data-autofocus
        rows={7}
        spellCheck={false}
        autoComplete="off"
        classNames={{ input: 'kh-mono' }}
        value={wish.text}
        error={tooLarge && texts.tooLarge}
        onChange={({ currentTarget }) => setWish({ ...wish, text: currentTarget.value })}
      />
      <Group align="end" gap="sm">
        <FileButton onChange={(file) => void read(file)} accept=".json,.txt,.csv,.env,text/plain,application/json">
          {(props) => (
            <Button {...props} variant="default">
              {texts.file}
            </Button>
          )}
        </FileButton>
        <Select
          w={160}
          label={texts.format}
          data={Object.entries(texts.formats).map(([value, label]) => ({ value, label }))}
          value={wish.format}
          onChange={(format) => setWish({ ...wish, format: format as ImportFormat })}
          allowDeselect={false}
        />
        <Select
          w={180}
          label={texts.project}
          data={[
            { value: '', label: projectTexts.none },
            ...projects
              .filter(({ archivedAt }) => archivedAt === null)
              .map(({ id, name }) => ({ value: id, label: name })),
          ]}
          value={wish.projectId}
          onChange={(id) => setWish({ ...wish, projectId: id ?? '' })}
          allowDeselect={false}
        />
      </Group>
    </>
  );
}

type FoundProps = {
  readonly report: ImportReport;
  readonly pending: boolean;
  readonly make: () => void;
  readonly back: () => void;
  readonly onClose: () => void;
};

function Found({ report, pending, make, back, onClose }: FoundProps) {
  const { dryRun, imported, lines } = report;
  const summary = !dryRun ? texts.done(imported) : imported === 0 ? texts.nothing : texts.would(imported, lines.length);
  return (
    <Stack>
      <Text size="sm" fw={600} role="status">
        {summary}
      </Text>
      <ImportTable lines={lines} dryRun={dryRun} />
      {lines.some(({ weak }) => weak) && (
        <Notice tone="limited" role="note">
          {texts.weakHint}
        </Notice>
      )}
      <Group justify="flex-end">
        {dryRun && (
          <Button variant="default" onClick={back}>
            {texts.back}
          </Button>
        )}
        {dryRun && imported > 0 ? (
          <Button loading={pending} onClick={make}>
            {texts.act(imported)}
          </Button>
        ) : (
          !dryRun && <Button onClick={onClose}>{texts.close}</Button>
        )}
      </Group>
    </Stack>
  );
}

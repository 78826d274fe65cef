// The way to import, export and backup from the settings; the dialogs are fetched when they are opened.

import { Button, Loader } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Link } from 'wouter';
import { useApi } from '../../api/api-context.tsx';
import { useAbilities } from '../../api/me.ts';
import { saveFile } from '../../api/save-file.ts';
import { historyTexts } from '../../texts/history-texts.ts';
import { transferTexts as texts } from '../../texts/transfer-texts.ts';
import { SettingRow } from '../../ui/setting-row.tsx';
import { dayOf } from '../usage/usage-query.ts';

const ImportDialog = lazy(() => import('./import-dialog.tsx').then(({ ImportDialog: one }) => ({ default: one })));
const BackupDialog = lazy(() => import('./backup-dialog.tsx').then(({ BackupDialog: one }) => ({ default: one })));
const RestoreDialog = lazy(() => import('./restore-dialog.tsx').then(({ RestoreDialog: one }) => ({ default: one })));

const dialogs = { import: ImportDialog, backup: BackupDialog, restore: RestoreDialog } as const;

export function TransferRows() {
  const { client } = useApi();
  const { manages, owns } = useAbilities();
  const [open, setOpen] = useState<keyof typeof dialogs>();
  const exporting = useMutation({
    mutationFn: async () => {
      const facts = await client.keys.export();
      const blob = new Blob([`${JSON.stringify(facts, null, 2)}\n`], { type: 'application/json' });
      saveFile(blob, `keyhatch-keys-${dayOf(Date.now())}.json`);
    },
  });
  const Dialog = open && dialogs[open];
  return (
    <>
      {manages && (
        <SettingRow
          title={texts.importTitle}
          sentence={texts.importSentence}
          control={(named) => (
            <Act describedBy={named['aria-describedby']} label={texts.importAct} onClick={() => setOpen('import')} />
          )}
        />
      )}
      <SettingRow
        title={texts.exportTitle}
        sentence={texts.exportSentence}
        control={(named) => (
          <Act
            describedBy={named['aria-describedby']}
            label={texts.exportAct}
            loading={exporting.isPending}
            onClick={() => exporting.mutate()}
          />
        )}
      />
      {owns && (
        <>
          <SettingRow
            title={texts.backupTitle}
            sentence={texts.backupSentence}
            control={(named) => (
              <Act describedBy={named['aria-describedby']} label={texts.backupAct} onClick={() => setOpen('backup')} />
            )}
          />
          <SettingRow
            title={texts.restore.title}
            sentence={texts.restore.about}
            control={(named) => (
              <Act
                describedBy={named['aria-describedby']}
                label={texts.restoreAct}
                onClick={() => setOpen('restore')}
              />
            )}
          />
        </>
      )}
      <SettingRow
        title={historyTexts.settingTitle}
        sentence={historyTexts.settingSentence}
        control={({ 'aria-describedby': describedBy }) => (
          <Button aria-describedby={describedBy} component={Link} href="/history" variant="default" size="xs">
            {historyTexts.openAll}
          </Button>
        )}
      />
      {Dialog && (
        <Suspense fallback={<Loader size="xs" />}>
          <Dialog onClose={() => setOpen(undefined)} />
        </Suspense>
      )}
    </>
  );
}

type ActProps = {
  readonly describedBy?: string;
  readonly label: string;
  readonly loading?: boolean;
  readonly onClick: () => void;
};

// Without the row's id, and so named by what is written on it: a row may have two.
function Act({ describedBy, label, loading = false, onClick }: ActProps) {
  return (
    <Button
      {...(describedBy === undefined ? {} : { 'aria-describedby': describedBy })}
      variant="default"
      size="xs"
      loading={loading}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}

// The way to the price table from the settings.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { pricesTexts as texts } from '../../texts/prices-texts.ts';
import { SettingRow } from '../../ui/setting-row.tsx';
import { PricesDialog } from '../prices/prices-dialog.tsx';

export function PricesRow() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <SettingRow
        title={texts.setting}
        sentence={texts.settingSentence}
        control={({ id, describedBy }) => (
          <Button id={id} variant="default" size="xs" aria-describedby={describedBy} onClick={() => setOpen(true)}>
            {texts.edit}
          </Button>
        )}
      />
      {open && <PricesDialog onClose={() => setOpen(false)} />}
    </>
  );
}

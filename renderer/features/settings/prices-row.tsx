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
        control={(named) => (
          <Button
            id={named.id}
            aria-describedby={named['aria-describedby']}
            variant="default"
            size="xs"
            onClick={() => setOpen(true)}
          >
            {texts.edit}
          </Button>
        )}
      />
      {open && <PricesDialog onClose={() => setOpen(false)} />}
    </>
  );
}

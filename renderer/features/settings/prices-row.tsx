// The way to the price table from the settings.

import { Button } from '@mantine/core';
import { useState } from 'react';
import { useAbilities } from '../../api/me.ts';
import { pricesTexts as texts } from '../../texts/prices-texts.ts';
import { SettingRow } from '../../ui/setting-row.tsx';
import { PricesDialog } from '../prices/prices-dialog.tsx';

export function PricesRow() {
  const { manages } = useAbilities();
  const [open, setOpen] = useState(false);
  if (!manages) return null;
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

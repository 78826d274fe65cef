// The row on Settings that leads to the page of the admin API.

import { Button } from '@mantine/core';
import { Link } from 'wouter';
import { apiTexts as texts } from '../../texts/api-texts.ts';
import { SettingRow } from '../../ui/setting-row.tsx';

export function ApiRow() {
  return (
    <SettingRow
      title={texts.settingTitle}
      sentence={texts.settingSentence}
      control={({ 'aria-describedby': describedBy }) => (
        <Button aria-describedby={describedBy} component={Link} href="/api" variant="default" size="xs">
          {texts.settingAct}
        </Button>
      )}
    />
  );
}

// Which Keyhatch this is, and how it looks.

import { SegmentedControl, useMantineColorScheme } from '@mantine/core';
import type { Status } from '../../../shared/model.ts';
import { settingsTexts } from '../../texts/settings-texts.ts';
import { Panel } from '../../ui/page.tsx';
import { SettingRow } from '../../ui/setting-row.tsx';

const { about: texts } = settingsTexts;

export function AboutCard({ status }: { readonly status: Status }) {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Panel title={texts.title}>
      <div className="kh-rows">
        <SettingRow title={texts.version} sentence={`Keyhatch ${status.version}`} control={() => null} />
        <SettingRow
          title={texts.theme}
          sentence={texts.themes[colorScheme]}
          control={({ 'aria-labelledby': labelledBy }) => (
            <SegmentedControl
              size="xs"
              aria-labelledby={labelledBy}
              data={Object.entries(texts.themes).map(([value, label]) => ({ value, label }))}
              value={colorScheme}
              onChange={(value) => setColorScheme(value as keyof typeof texts.themes)}
            />
          )}
        />
        <SettingRow title={texts.licence} sentence={texts.licenceText} control={() => null} />
      </div>
    </Panel>
  );
}

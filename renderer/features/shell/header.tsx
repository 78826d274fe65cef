// The bar above the pages where there is no room for the rail.

import { Burger, Group } from '@mantine/core';
import { shellTexts as texts } from '../../texts/shell-texts.ts';
import { CaptureMark } from '../capture/capture-mark.tsx';
import { Brand } from './brand.tsx';

export function Header({ opened, toggle }: { readonly opened: boolean; readonly toggle: () => void }) {
  return (
    <Group h="100%" px={16} gap="sm">
      <Burger size="sm" opened={opened} onClick={toggle} aria-label={texts.openMenu} aria-expanded={opened} />
      <Brand />
      <div style={{ marginLeft: 'auto' }}>
        <CaptureMark />
      </div>
    </Group>
  );
}
